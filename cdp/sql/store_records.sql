-- Store versions, present and past.
-- in   source, moment; arrays, one place for each version
insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, key, origin, standing,
    occurred_at, received_at, superseded_at, digest, sealed, queryable)
select v.customer_id, v.record_id, v.subject_id, %(source)s, v.kind, v.category, v.type, v.key, v.origin, v.standing,
    v.occurred_at, %(moment)s, case when v.is_past then %(moment)s end, v.digest, v.sealed, v.queryable::jsonb
from unnest(%(customers)s::uuid[], %(ids)s::uuid[], %(subjects)s::uuid[], %(kinds)s::text[], %(categories)s::text[],
    %(types)s::text[], %(keys)s::bytea[], %(origins)s::text[], %(standings)s::text[], %(ats)s::timestamptz[],
    %(past)s::boolean[], %(digests)s::bytea[], %(sealed)s::bytea[], %(queryable)s::text[])
    as v (customer_id, record_id, subject_id, kind, category, type, key, origin, standing, occurred_at, is_past, digest,
          sealed, queryable)
