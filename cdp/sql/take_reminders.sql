-- The permissions that the customer in scope is to be asked about now, marked as asked; of two who take at the same time
-- the second gets none.
-- in   :at
-- out  recipient_id, one row for each permission
insert into reminder (customer_id, recipient_id, purpose, told_at)
select p.customer_id, p.recipient_id, p.purpose, :at
from permission p
left join reminder r on r.customer_id = p.customer_id and r.recipient_id = p.recipient_id and r.purpose = p.purpose
where cardinality(open_at(p, :at)) > 0
  and reviewed_at(p, r.kept_at) <= :at - interval '90 days'
  and (r.told_at is null or r.told_at <= :at - interval '90 days')
order by p.recipient_id, p.purpose
on conflict (customer_id, recipient_id, purpose) do update set told_at = excluded.told_at
    where reminder.told_at is null or reminder.told_at <= excluded.told_at - interval '90 days'
returning recipient_id
