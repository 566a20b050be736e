-- Append interactions.
-- in   source, moment; arrays, one place for each interaction
insert into interaction (customer_id, record_id, subject_id, source_id, category, type, channel, speaker, direction,
    occurred_at, received_at, sealed, queryable)
select i.customer_id, i.record_id, i.subject_id, %(source)s, i.category, i.type, i.channel, i.speaker, i.direction,
    i.occurred_at, %(moment)s, i.sealed, i.queryable::jsonb
from unnest(%(customers)s::uuid[], %(ids)s::uuid[], %(subjects)s::uuid[], %(categories)s::text[], %(types)s::text[],
    %(channels)s::text[], %(speakers)s::text[], %(directions)s::text[], %(ats)s::timestamptz[], %(sealed)s::bytea[],
    %(queryable)s::text[])
    as i (customer_id, record_id, subject_id, category, type, channel, speaker, direction, occurred_at, sealed, queryable)
