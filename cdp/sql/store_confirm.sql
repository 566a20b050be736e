-- Note that a present version was said again later.
-- in   arrays, one place for each version
update record r
set occurred_at = version.at, received_at = %(moment)s
from unnest(%(customers)s::uuid[], %(ids)s::uuid[], %(ats)s::timestamptz[]) as version (customer_id, record_id, at)
where r.customer_id = version.customer_id and r.record_id = version.record_id and r.occurred_at < version.at
