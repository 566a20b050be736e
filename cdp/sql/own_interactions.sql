-- The interactions of the customer in scope, newest first, a page at a time.
-- in   :category, :source (null for all), :until, :limit; behind (:after_at, :after_source, :after_record)
-- out  one row for each interaction
select i.record_id, i.subject_id, i.source_id, i.category, i.type, i.channel, i.speaker, i.direction, i.occurred_at,
    i.received_at, i.disputed_at, i.sealed
from interaction i
where i.occurred_at <= :after_at
  and (i.occurred_at < :after_at
       or (i.source_id, i.record_id) > (cast(:after_source as uuid), cast(:after_record as uuid)))
  and i.received_at <= :until
  and (cast(:category as text) is null or i.category = :category)
  and (cast(:source as uuid) is null or i.source_id = :source)
order by i.occurred_at desc, i.source_id, i.record_id
limit :limit
