-- Whose later facts wait, because one is set aside: a customer, and whom a merge or split that is set aside was with.
select o.customer_id, a.other_id
from consent_outbox o
left join lateral (
    select x.other_id from act x where o.fact = 'act' and x.customer_id = o.customer_id and x.seq = o.seq limit 1) a on true
where o.held is not null
