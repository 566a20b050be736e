-- Give up what waited too long at a stream that has taken nothing for that long.
-- in   :organization, :stream, :before
update signal s
set standing = 'dead', failure = coalesce(s.failure, x.failure, 'unreachable')
from signal_stream x
where x.organization_id = :organization and x.stream_id = :stream and x.failing_since <= :before
  and s.organization_id = x.organization_id and s.stream_id = x.stream_id and s.standing = 'waiting' and s.queued_at <= :before
