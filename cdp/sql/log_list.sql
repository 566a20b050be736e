-- Every log with its keys, the newest first.
select l.log_id, l.kind, l.name, l.origin, l.size, l.ended_at,
    (select array_agg(k.vkey order by k.added_at desc, k.vkey) from log_key k where k.log_id = l.log_id) as vkeys
from log l
order by l.log_id
