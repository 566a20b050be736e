-- Note that a receiver did not take a signal: it waits, or it is dead.
-- in   :organization, :stream, :signal, :standing, :failure  a code, :at, :next
update signal
set standing = :standing, failure = :failure, tries = tries + 1, first_at = coalesce(first_at, :at), next_at = :next
where organization_id = :organization and stream_id = :stream and signal_id = :signal and standing = 'waiting'
