-- What the consent log does not hold yet, the oldest first; an act with what its row says. What is set aside has no turn.
-- in   limit
select o.entry_id, o.held_since is not null as was_held, o.fact, o.salt, o.customer_id, o.fact_id, o.at, o.facts,
    a.kind, a.recipient_id, a.purpose, a.categories, a.sources, a.expires_at, a.at as act_at, a.by, a.client_id, a.request_id,
    a.evidence, a.other_id, a.other
from consent_outbox o
left join lateral (
    select * from act x where o.fact = 'act' and x.customer_id = o.customer_id and x.seq = o.seq limit 1) a on true
where o.held is null
order by o.entry_id
limit %(limit)s
