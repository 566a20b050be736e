-- The codes of one customer and session that may still be tried; trying counts, right or wrong.
-- in   :customer, :session, :kind, :most_tries, :at
-- out  code_id, code_hash, type, sealed, subject_id; newest first is up to the caller
update proof_code
set tries = tries + 1
where customer_id = :customer and session_id = :session and kind = :kind
    and used_at is null and expires_at > :at and tries < :most_tries
returning code_id, code_hash, type, sealed, subject_id
