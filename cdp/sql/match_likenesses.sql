-- The next so many likenesses of one share of all subjects, with what is needed to read them.
-- in   customer, subject: the last ones of before; turn, of so many hands; most
-- out  customer, subject, source, sealed likeness, wrapped key; no key of somebody who was erased
select uuid_send(l.customer_id), uuid_send(l.subject_id), uuid_send(l.source_id), l.sealed, k.wrapped
from (
    select x.customer_id, x.subject_id, x.source_id, x.sealed from likeness x
    where (x.customer_id, x.subject_id) > (%(customer)s, %(subject)s)
      and get_byte(uuid_send(x.subject_id), 15) %% %(hands)s = %(turn)s
    order by x.customer_id, x.subject_id
    limit %(most)s
) l
left join lateral (
    select d.wrapped from data_key d where d.customer_id = l.customer_id and d.subject_id = l.subject_id limit 1
) k on true
order by l.customer_id, l.subject_id
