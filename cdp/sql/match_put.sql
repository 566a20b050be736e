-- Keep the likenesses of subjects, and the keys by which they are found; each key says what is known of its subject.
-- in   moment; arrays, one place for each subject; key_subjects and keys, one place for each key of a subject
with told as (
    select * from unnest(%(customers)s::uuid[], %(subjects)s::uuid[], %(sources)s::uuid[], %(knows)s::integer[],
            %(sealed)s::bytea[])
        as t (customer_id, subject_id, source_id, knows, sealed)
), named as (
    select * from unnest(%(key_subjects)s::uuid[], %(keys)s::bigint[]) as n (subject_id, key)
), dropped as (
    delete from match_key m
    using told t, likeness l, unnest(l.keys) as old (key)
    where l.customer_id = t.customer_id and l.subject_id = t.subject_id
      and m.key = old.key and m.subject_id = t.subject_id
      and not exists (select from named n where n.subject_id = m.subject_id and n.key = m.key)
), changed as (
    update match_key m set knows = t.knows
    from told t, likeness l, unnest(l.keys) as old (key)
    where l.customer_id = t.customer_id and l.subject_id = t.subject_id
      and m.key = old.key and m.subject_id = t.subject_id and m.knows <> t.knows
      and exists (select from named n where n.subject_id = m.subject_id and n.key = m.key)
), owned as (
    select n.subject_id, array_agg(n.key order by n.key) as keys from named n group by n.subject_id
), added as (
    insert into match_key (key, subject_id, knows)
    select n.key, n.subject_id, t.knows from named n join told t on t.subject_id = n.subject_id
    order by 1, 2 on conflict do nothing
)
insert into likeness as known (customer_id, subject_id, source_id, keys, sealed, at)
select t.customer_id, t.subject_id, t.source_id, coalesce(o.keys, '{}'), t.sealed, %(moment)s
from told t left join owned o on o.subject_id = t.subject_id
order by t.customer_id, t.subject_id
on conflict (customer_id, subject_id) do update set keys = excluded.keys, sealed = excluded.sealed, at = excluded.at
