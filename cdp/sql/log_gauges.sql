-- The logs that grow: size, last checkpoint, and when the oldest fact that waits was written down.
select l.name, l.origin, l.size, c.size as signed, c.at as signed_at,
    case l.kind when 'consent' then (select o.at from consent_outbox o order by o.entry_id limit 1)
                else (select o.at from access_outbox o order by o.entry_id limit 1) end as oldest
from log l
left join lateral (select x.size, x.at from checkpoint x where x.log_id = l.log_id order by x.size desc limit 1) c on true
where l.ended_at is null
order by l.log_id
