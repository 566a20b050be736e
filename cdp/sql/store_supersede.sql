-- Make present versions past.
-- in   arrays, one place for each version; moment
update record r
set superseded_at = %(moment)s
from unnest(%(customers)s::uuid[], %(ids)s::uuid[]) as version (customer_id, record_id)
where r.customer_id = version.customer_id and r.record_id = version.record_id
