-- Store data keys that were wrapped anew.
-- in   :customers, :subjects, :wrapped  arrays, one place for each key; :newest  their generation
update data_key k
set wrapped = fresh.wrapped, generation = :newest
from unnest(cast(:customers as uuid[]), cast(:subjects as uuid[]), cast(:wrapped as bytea[]))
    as fresh (customer_id, subject_id, wrapped)
where k.customer_id = fresh.customer_id
  and k.subject_id = fresh.subject_id
