-- Who may be somebody whom a channel describes: those who have one of these keys, with what is needed to read their likeness.
-- A key that very many have says nothing and is left out; the rarest keys come first, as in `who_may_be`.
-- in   keys; hot: the most that may share a key; enough: how many to compare
-- out  nothing of the asker; candidate: its id, customer, source, likeness and wrapped key
with block as (
    select alike.others, row_number() over (order by cardinality(alike.others), wanted.key) as place
    from unnest(%(keys)s::bigint[]) as wanted (key)
    cross join lateral (
        select array_agg(few.subject_id) as others
        from (select m.subject_id from match_key m where m.key = wanted.key limit %(hot)s + 1) few
        having count(*) <= %(hot)s
    ) alike
), met as (
    select them.other, min(b.place) as place from block b cross join lateral unnest(b.others) as them (other) group by them.other
)
select null::bytea, uuid_send(l.subject_id), uuid_send(l.customer_id), uuid_send(l.source_id), l.sealed, k.wrapped
from (select m.other from met m order by m.place, m.other limit %(enough)s) pair
cross join lateral (
    select x.subject_id, x.customer_id, x.source_id, x.sealed from likeness x where x.subject_id = pair.other limit 1
) l
cross join lateral (
    select d.wrapped from data_key d where d.customer_id = l.customer_id and d.subject_id = l.subject_id limit 1
) k
