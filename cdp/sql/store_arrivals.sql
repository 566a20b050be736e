-- Note what arrives; a delivery or an interaction that another transaction is storing is waited for.
-- in   source, ids uuid[], moment
-- out  the ids that are new
insert into delivery (source_id, delivery_id, received_at)
select %(source)s, arrival, %(moment)s
from unnest(%(ids)s::uuid[]) arrival
order by arrival
on conflict do nothing
returning uuid_send(delivery_id)
