-- Facts that are set aside, the oldest first.
-- out  log, entry_id, fact, held_since, held (why)
select 'consent' as log, o.entry_id, o.fact, o.held_since, o.held from consent_outbox o where o.held is not null
union all
select 'access', o.entry_id, 'access', o.held_since, o.held from access_outbox o where o.held is not null
order by 1 desc, 2
