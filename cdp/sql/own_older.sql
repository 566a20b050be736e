-- What sources said about the customer in scope before, a page at a time.
-- in   :until, :limit; behind :after
-- out  one row for each version that does not stand any more
select r.record_id, r.subject_id, r.source_id, r.kind, r.category, r.type, r.origin, r.standing, r.occurred_at,
    r.received_at, r.superseded_at, r.disputed_at, r.sealed, 0 as versions
from record r
where r.superseded_at is not null
  and r.received_at <= :until
  and r.record_id > :after
order by r.record_id
limit :limit
