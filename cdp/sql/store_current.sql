-- The present version of things.
-- in   arrays, one place for each thing
-- out  ordinal of the thing, and its version
select thing.ordinal, uuid_send(r.record_id), r.digest, r.occurred_at
from unnest(%(customers)s::uuid[], %(subjects)s::uuid[], %(kinds)s::text[], %(types)s::text[], %(keys)s::bytea[])
    with ordinality as thing (customer_id, subject_id, kind, type, key, ordinal)
cross join lateral (
    select * from (
        select x.record_id, x.digest, x.occurred_at
        from record x
        where x.customer_id = thing.customer_id and x.subject_id = thing.subject_id
          and x.kind = thing.kind and x.type = thing.type and x.key = thing.key and x.superseded_at is null
    ) present
    limit 1
) r
