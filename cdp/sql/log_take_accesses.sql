-- Accesses that the access log does not hold yet, the oldest first, with what their rows say; for each the customer's name
-- there, and the number and leaf of the last event of that chain: none of somebody who has no name yet, or is gone. What
-- is set aside has no turn.
-- in   log, limit
select o.entry_id, o.salt, a.customer_id, a.at, a.access_id, a.organization_id, a.client_id, a.principal, a.path, a.purpose,
    a.asked, a.released, a.records, a.outcome, a.reason, a.act_id, p.pseudonym::text, e.seq, l.leaf,
    o.held_since is not null as was_held
from (select * from access_outbox where held is null order by entry_id limit %(limit)s) o
cross join lateral (
    select * from access x where x.customer_id = o.customer_id and x.at = o.at and x.access_id = o.access_id limit 1) a
cross join lateral (select coalesce(a.organization_id, '00000000-0000-0000-0000-000000000000') as organization_id) w
left join lateral (
    select x.pseudonym from pseudonym x
    where x.customer_id = a.customer_id and x.organization_id = w.organization_id limit 1) p on true
left join lateral (
    select x.seq, x.position from opening x
    where x.log_id = %(log)s and x.pseudonym = p.pseudonym and x.organization_id = w.organization_id
    order by x.pseudonym desc, x.organization_id desc, x.log_id desc, x.position desc limit 1) e on true
left join lateral (select x.leaf from leaf x where x.log_id = %(log)s and x.position = e.position limit 1) l on true
order by o.entry_id
