-- Keep consent flags as they came; they create nothing.
-- in   source, moment; arrays, one place for each
insert into evidence (customer_id, evidence_id, subject_id, source_id, received_at, sealed)
select e.customer_id, e.evidence_id, e.subject_id, %(source)s, %(moment)s, e.sealed
from unnest(%(customers)s::uuid[], %(ids)s::uuid[], %(subjects)s::uuid[], %(sealed)s::bytea[])
    as e (customer_id, evidence_id, subject_id, sealed)
on conflict do nothing
