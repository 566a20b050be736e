-- What one record or interaction of the customer in scope is: whose, of which kind, and whether it stands.
-- in   :record
-- out  source_id, kind, category, type, stands; at most one row
select r.source_id, r.kind, r.category, r.type, r.superseded_at is null as stands
from record r where r.record_id = :record
union all
select i.source_id, 'interaction', i.category, i.type, true
from interaction i where i.record_id = :record
limit 1
