-- The wrapped data keys of the customer in scope.
-- out  subject_id, wrapped
select k.subject_id, k.wrapped
from data_key k
order by k.subject_id
