-- A page of all data keys in the order of customers, each with the source of its subject.
-- in   :customer, :subject (where the page before ended), :limit
-- out  customer_id, subject_id, source_id, wrapped, generation
select k.customer_id, k.subject_id, s.source_id, k.wrapped, k.generation
from data_key k
join subject s on s.customer_id = k.customer_id and s.subject_id = k.subject_id
where (k.customer_id, k.subject_id) > (cast(:customer as uuid), cast(:subject as uuid))
order by k.customer_id, k.subject_id
limit :limit
