-- The permissions of the customer in scope that were given or last said to be right ninety days ago, and are still open.
-- in   :at
-- out  recipient_id, purpose, since (when it was given or last said to be right)
select p.recipient_id, p.purpose, reviewed_at(p, r.kept_at) as since
from permission p
left join reminder r on r.customer_id = p.customer_id and r.recipient_id = p.recipient_id and r.purpose = p.purpose
where cardinality(open_at(p, :at)) > 0 and reviewed_at(p, r.kept_at) <= :at - interval '90 days'
