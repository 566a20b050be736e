-- Find the subject as which the customer in scope speaks, with its key, and whether it ever stated an attribute.
-- in   :attribute, :source (the customers' own)
-- out  subject_id, wrapped, is_stated
select s.subject_id, k.wrapped, exists (
    select from record r
    where r.customer_id = s.customer_id and r.subject_id = s.subject_id and r.kind = 'attributes' and r.type = :attribute
) as is_stated
from subject s join data_key k using (customer_id, subject_id)
where s.source_id = :source
order by s.created_at
limit 1
