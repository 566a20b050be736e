-- The likenesses of subjects as they are kept, with their keys.
-- in   arrays, one place for each subject
-- out  subject, keys, sealed likeness
select uuid_send(l.subject_id), l.keys, l.sealed
from unnest(%(customers)s::uuid[], %(subjects)s::uuid[]) as wanted (customer_id, subject_id)
cross join lateral (
    select x.subject_id, x.keys, x.sealed from likeness x
    where x.customer_id = wanted.customer_id and x.subject_id = wanted.subject_id limit 1
) l
