-- Use a link up, once.
-- in   :link_hash, :at
-- out  the sealed address, no row when the link is unknown, used or too old
update login_link set used_at = :at
where link_hash = :link_hash and used_at is null and expires_at > :at
returning sealed_email
