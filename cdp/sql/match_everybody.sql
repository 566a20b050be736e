-- The next so many of one share of all subjects but those as whom customers speak themselves, with their keys.
-- in   customer, subject: the last ones of before; own: the customers' own source; turn, of so many hands; most
-- out  subject, customer, source, wrapped key
select uuid_send(s.subject_id), uuid_send(s.customer_id), uuid_send(s.source_id), k.wrapped
from (
    select x.customer_id, x.subject_id, x.source_id from subject x
    where (x.customer_id, x.subject_id) > (%(customer)s, %(subject)s)
      and get_byte(uuid_send(x.subject_id), 15) %% %(hands)s = %(turn)s
    order by x.customer_id, x.subject_id
    limit %(most)s
) s
left join lateral (
    select d.wrapped from data_key d
    where d.customer_id = s.customer_id and d.subject_id = s.subject_id and s.source_id <> %(own)s limit 1
) k on true
order by s.customer_id, s.subject_id
