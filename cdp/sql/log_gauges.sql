-- The logs that grow: size, last checkpoint, when the oldest fact that waits was written down, and how many are set aside.
select l.name, l.origin, l.size, c.size as signed, c.at as signed_at,
    case l.kind when 'consent' then (select o.at from consent_outbox o where o.held is null order by o.entry_id limit 1)
                else (select o.at from access_outbox o where o.held is null order by o.entry_id limit 1) end as oldest,
    case l.kind when 'consent' then (select count(*) from consent_outbox o where o.held is not null)
                else (select count(*) from access_outbox o where o.held is not null) end as held
from log l
left join lateral (select x.size, x.at from checkpoint x where x.log_id = l.log_id order by x.size desc limit 1) c on true
where l.ended_at is null
order by l.log_id
