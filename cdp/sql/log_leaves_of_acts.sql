-- The leaves of some acts.
-- in   log, acts
select o.fact_id, l.leaf
from unnest(%(acts)s) w (fact_id)
cross join lateral (
    select x.fact_id, x.position from opening x where x.fact_id = w.fact_id and x.kind = 1 and x.log_id = %(log)s limit 1) o
cross join lateral (select x.leaf from leaf x where x.log_id = %(log)s and x.position = o.position limit 1) l
