-- Take the pull that is due longest, so that no other worker takes it meanwhile.
-- in   :at, :lease  until when it is ours
-- out  source_id, name
with due as materialized ( -- once: a join that came by again would take the next one, too
    select source_id, name from pull where next_at <= :at order by next_at limit 1 for update skip locked
)
update pull p
set next_at = :lease
from due
where p.source_id = due.source_id and p.name = due.name
returning p.source_id, p.name
