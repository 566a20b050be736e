-- One interaction of the customer in scope.
-- in   :record
select i.record_id, i.subject_id, i.source_id, i.category, i.type, i.channel, i.speaker, i.direction, i.occurred_at,
    i.received_at, i.disputed_at, i.sealed
from interaction i
where i.record_id = :record
