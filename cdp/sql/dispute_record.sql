-- Mark, or no longer mark, what a source said about the customer in scope as disputed.
-- in   :record, :at (null withdraws it), :own (the customers' own source)
-- out  source_id, category; no row when there is no such record that stands
with facts as (
    update record r set disputed_at = :at
    where r.record_id = :record and r.superseded_at is null and r.source_id <> :own
    returning r.source_id, r.category
), talks as (
    update interaction i set disputed_at = :at
    where i.record_id = :record
    returning i.source_id, i.category
)
select source_id, category from facts
union all
select source_id, category from talks
