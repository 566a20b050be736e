-- Use a link up, once: in the browser that asked, or with the code of the same letter.
-- in   :link_hash, :browser_hash, :code_hash (each may be null), :most_tries, :at
-- out  the sealed address, no row when the link is unknown, used, too old or not bound to who shows it
update login_link
set used_at = :at
where link_hash = :link_hash and used_at is null and expires_at > :at
    and (browser_hash is null
        or browser_hash = cast(:browser_hash as bytea)
        or code_hash = cast(:code_hash as bytea) and link_tries <= :most_tries)
returning sealed_email
