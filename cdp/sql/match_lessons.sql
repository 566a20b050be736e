-- The next so many likenesses, with their keys, for a model to learn from.
-- in   :customer, :subject  the last ones of before; :most
-- out  customer_id, subject_id, sealed, wrapped
select l.customer_id, l.subject_id, l.sealed, k.wrapped
from likeness l join data_key k using (customer_id, subject_id)
where (l.customer_id, l.subject_id) > (:customer, :subject)
order by l.customer_id, l.subject_id
limit :most
