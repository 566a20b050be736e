-- Consent flags as sources sent them about the customer in scope, a page at a time.
-- in   :until, :limit; behind :after
-- out  one row for each
select e.evidence_id, e.subject_id, e.source_id, e.received_at, e.sealed
from evidence e
where e.received_at <= :until
  and e.evidence_id > :after
order by e.evidence_id
limit :limit
