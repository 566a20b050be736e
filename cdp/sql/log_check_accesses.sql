-- Accesses as they stand in the database, for entries of the access log.
-- in   pseudonyms, times and ids side by side
select w.place::integer, a.customer_id, a.at, a.access_id, a.organization_id, a.client_id, a.principal, a.path, a.purpose, a.asked,
    a.released, a.records, a.outcome, a.reason, a.act_id
from unnest(%(pseudonyms)s, %(times)s, %(ids)s) with ordinality as w (pseudonym, at, access_id, place)
left join pseudonym p on p.pseudonym = w.pseudonym
cross join lateral (
    select * from access x
    where x.customer_id = coalesce(p.customer_id, w.pseudonym) and x.at = w.at and x.access_id = w.access_id limit 1) a
