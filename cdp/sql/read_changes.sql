-- What the organization in scope must hear, in the order in which it became certain.
-- in   :transaction, :change_id, :limit
-- out  transaction, change_id, customer_id, kind, purpose, at
select transaction::text::bigint, change_id, customer_id, kind, purpose, at
from change
where (transaction, change_id) > (cast(cast(:transaction as text) as xid8), :change_id)
  and transaction < pg_snapshot_xmin(pg_current_snapshot())
order by transaction, change_id
limit :limit
