-- Use a challenge up, once.
-- in   :challenge_hash, :kind, :at
-- out  the holder, no row when it is unknown, used, too old or of another kind
update ceremony
set used_at = :at
where challenge_hash = :challenge_hash and kind = :kind and used_at is null and expires_at > :at
returning holder
