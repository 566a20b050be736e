-- The links that one browser asked for and whose code may still be tried; trying counts, right or wrong.
-- in   :browser_hash, :most_tries, :at
-- out  link_hash, code_hash, sealed_for_code
update login_link
set code_tries = code_tries + 1
where browser_hash = :browser_hash and used_at is null and expires_at > :at and code_tries < :most_tries
returning link_hash, code_hash, sealed_for_code
