-- How streams stand.
-- in   :organization  or null for all
-- out  organization_id, stream_id, kind, status, failures, failure, verified_at, waiting, dead
select s.organization_id, s.stream_id, s.kind, s.status, s.failures, s.failure, s.verified_at,
    count(g.signal_id) filter (where g.standing = 'waiting') as waiting, count(g.signal_id) filter (where g.standing = 'dead') as dead
from signal_stream s
left join signal g on g.organization_id = s.organization_id and g.stream_id = s.stream_id and g.standing in ('waiting', 'dead')
where cast(:organization as uuid) is null or s.organization_id = :organization
group by s.organization_id, s.stream_id
order by s.organization_id, s.stream_id
