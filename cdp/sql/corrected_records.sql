-- What sources say of one attribute of the customer in scope, as far as the customer puts it right now, or did before.
-- in   :attribute, :about (the record before their eyes, or null), :own (the customers' own source)
-- out  record_id, subject_id, sealed
select r.record_id, r.subject_id, r.sealed
from record r
where r.kind = 'attributes' and r.type = :attribute and r.superseded_at is null and r.source_id <> :own
  and (r.record_id = :about or r.corrected_at is not null)
