-- Every read and every refusal about the customer in scope, newest first, a page at a time.
-- in   :until, :with_own (the customer's own reads, too), :limit; behind (:after_at, :after_access)
-- out  one row for each
select a.customer_id, a.at, a.access_id, a.organization_id, a.client_id, a.principal, a.path, a.purpose, a.asked, a.released,
    a.records, a.outcome, a.reason
from access a
where a.at <= :until
  and (:with_own or a.principal <> 'customer')
  and (a.at, a.access_id) < (:after_at, cast(:after_access as uuid))
order by a.at desc, a.access_id desc
limit :limit
