-- Every change of wishes that is kept, in its order, with the name of its customer in the log, and the wishes as they stand.
-- in   nothing
-- out  customer_id, wish_id (null for wishes without any act), said, at, pseudonym (null when no log names the customer yet),
--      whether the log has to tell of it, document
select coalesce(a.customer_id, w.customer_id), a.wish_id, a.said, a.at, p.pseudonym,
    not exists (select from consent_outbox o where o.fact_id = a.wish_id) as is_due, w.document
from wish_act a
full join wish w on w.customer_id = a.customer_id
left join pseudonym p
    on p.customer_id = a.customer_id and p.organization_id = '00000000-0000-0000-0000-000000000000'
order by 1, a.seq
