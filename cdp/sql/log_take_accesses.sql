-- Accesses that the access log does not hold yet, the oldest first, with what their rows say.
-- in   limit
select o.entry_id, o.salt, a.customer_id, a.at, a.access_id, a.organization_id, a.client_id, a.principal, a.path, a.purpose,
    a.asked, a.released, a.records, a.outcome, a.reason, a.act_id
from (select * from access_outbox order by entry_id limit %(limit)s) o
cross join lateral (
    select * from access x where x.customer_id = o.customer_id and x.at = o.at and x.access_id = o.access_id limit 1) a
order by o.entry_id
