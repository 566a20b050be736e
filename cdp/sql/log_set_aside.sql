-- Set facts aside; of those that had another turn, the moment stays at which they were set aside first.
-- in   side by side: logs ('consent' or 'access'), entries, reasons; at
with kept as (
    select * from unnest(%(logs)s::text[], %(entries)s::bigint[], %(reasons)s::text[]) as k (log, entry_id, reason)
), facts as (
    update consent_outbox o set held = k.reason, held_since = coalesce(o.held_since, %(at)s)
    from kept k
    where k.log = 'consent' and o.entry_id = k.entry_id
)
update access_outbox o set held = k.reason, held_since = coalesce(o.held_since, %(at)s)
from kept k
where k.log = 'access' and o.entry_id = k.entry_id
