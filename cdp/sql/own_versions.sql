-- One record of the customer in scope with what its source said before, newest first.
-- in   :record, :limit
-- out  one row for each version; the one that stands comes first
select v.record_id, v.subject_id, v.source_id, v.kind, v.category, v.type, v.origin, v.standing, v.occurred_at,
    v.received_at, v.superseded_at, v.disputed_at, v.sealed, 0 as versions
from record r
join record v using (subject_id, kind, type, key)
where r.record_id = :record
order by v.superseded_at desc nulls first, v.received_at desc, v.record_id
limit :limit
