-- Who may be the same person as each of these subjects: those who have a key in common, with what is needed to read
-- their likeness. A key that very many have says nothing and is left out; the rarest keys come first, as long as all
-- whom they bring are no more than enough: `choose` in cdp/identity/blocking.py says the same.
-- With whom they have a bond already, they are compared again.
-- in   subjects; arrays, one place for each key of a subject; hot: the most that may share a key; enough: for each subject
-- out  subject; candidate: its id, customer, source, likeness and wrapped key
with block as (
    select wanted.subject_id, alike.others,
           row_number() over (partition by wanted.subject_id order by cardinality(alike.others), wanted.key) as place
    from unnest(%(key_subjects)s::uuid[], %(keys)s::bigint[]) as wanted (subject_id, key)
    cross join lateral (
        select array_agg(few.subject_id) as others
        from (select m.subject_id from match_key m where m.key = wanted.key limit %(hot)s + 1) few
        having count(*) between 1 and %(hot)s
    ) alike
), met as (
    select b.subject_id, them.other, min(b.place) as place
    from block b cross join lateral unnest(b.others) as them (other)
    where them.other <> b.subject_id
    group by b.subject_id, them.other
), counted as (
    select m.subject_id, m.other, count(*) over (partition by m.subject_id order by m.place) as so_far from met m
)
select uuid_send(pair.subject_id), uuid_send(l.subject_id), uuid_send(l.customer_id), uuid_send(l.source_id), l.sealed, k.wrapped
from (
    select c.subject_id, c.other from counted c where c.so_far <= %(enough)s
    union
    select b.subject_id, b.other_id from bonded_with(%(subjects)s) b
) pair
cross join lateral (
    select x.subject_id, x.customer_id, x.source_id, x.sealed from likeness x where x.subject_id = pair.other limit 1
) l
cross join lateral (
    select d.wrapped from data_key d where d.customer_id = l.customer_id and d.subject_id = l.subject_id limit 1
) k
