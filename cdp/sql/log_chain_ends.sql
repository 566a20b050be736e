-- Where chains of one log end: the number of the last event and its leaf; no row for a chain that has not begun.
-- in   log, pseudonyms and organizations side by side
select k.ordinal::integer, e.seq, l.leaf
from unnest(%(pseudonyms)s, %(organizations)s) with ordinality as k (pseudonym, organization_id, ordinal)
cross join lateral (
    select o.seq, o.position from opening o
    where o.log_id = %(log)s and o.pseudonym = k.pseudonym and o.organization_id = k.organization_id
    order by o.position desc limit 1) e
cross join lateral (select x.leaf from leaf x where x.log_id = %(log)s and x.position = e.position limit 1) l
