-- Acts as they stand in the database, for openings of the consent log.
-- in   log, begin, stop (positions)
select o.position, p.customer_id, a.act_id, a.kind, a.recipient_id, a.purpose, a.categories, a.sources, a.expires_at, a.at, a.by,
    a.client_id, a.request_id, a.evidence, a.other_id, a.other
from opening o
join pseudonym p on p.pseudonym = o.pseudonym
cross join lateral (select * from act x where x.customer_id = p.customer_id and x.act_id = o.fact_id limit 1) a
where o.log_id = %(log)s and o.position >= %(begin)s and o.position < %(stop)s and o.kind = 1
