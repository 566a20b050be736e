-- What the customer in scope chose since their last receipts by letter, the oldest first, each with whether a signed
-- checkpoint covers it; nobody else takes it before this transaction ends.
-- in   :most
-- out  act_id, kind, at, told_until, is_signed
select a.act_id, a.kind, a.at, l.told_until,
    coalesce(o.position < (select max(c.size) from checkpoint c where c.log_id = o.log_id), false) as is_signed
from (select r.customer_id, r.told_until from receipt_letter r for update skip locked) l
join act a on a.customer_id = l.customer_id and a.at > l.told_until
left join lateral (
    select e.log_id, e.position from opening e where e.fact_id = a.act_id and e.kind = 1 order by e.log_id desc limit 1) o on true
order by a.at, a.act_id
limit :most
