-- Which versions are stored already, present or past.
-- in   arrays, one place for each version
select uuid_send(r.record_id)
from unnest(%(customers)s::uuid[], %(ids)s::uuid[]) as version (customer_id, record_id)
join record r using (customer_id, record_id)
