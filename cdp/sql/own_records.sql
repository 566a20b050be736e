-- What stands about the customer in scope, a page at a time, with the number of older versions of each.
-- in   :category, :source (null for all), :until, :limit; behind (:after_category, :after_kind, :after_type, :after_record)
-- out  one row for each record
select r.record_id, r.subject_id, r.source_id, r.kind, r.category, r.type, r.origin, r.standing, r.occurred_at,
    r.received_at, r.superseded_at, r.disputed_at, r.sealed, coalesce(h.versions, 0) as versions
from record r
left join (
    select o.subject_id, o.kind, o.type, o.key, count(*) as versions
    from record o
    where o.superseded_at is not null
    group by o.subject_id, o.kind, o.type, o.key
) h using (subject_id, kind, type, key)
where r.superseded_at is null
  and r.received_at <= :until
  and (cast(:category as text) is null or r.category = :category)
  and (cast(:source as uuid) is null or r.source_id = :source)
  and (r.category, r.kind, r.type, r.record_id) > (:after_category, :after_kind, :after_type, cast(:after_record as uuid))
order by r.category, r.kind, r.type, r.record_id
limit :limit
