-- The one customer whom identifiers name among those whom the organization in scope may know by them, written down.
-- Whoever is named without a grant is written down too, by a function whose answer is always the same.
-- in   types, blinds          identifiers that anybody may share
--      own_types, own_blinds  the organization's own names of people
-- out  one row: the customer, or null for nobody and for more than one
with held as materialized (
    (select i.customer_id
    from unnest(%(types)s::text[], %(blinds)s::bytea[]) as w (type, blind)
    join identifier i on i.type = w.type and i.blind = w.blind)
    union
    (select r.customer_id
    from unnest(%(own_types)s::text[], %(own_blinds)s::bytea[]) as w (type, blind)
    join reference r on r.type = w.type and r.blind = w.blind)
    limit 2
), found as materialized (
    select case when count(*) = 1 then min(held.customer_id::text)::uuid end as customer_id from held
)
select case when log_lookup(%(types)s::text[], %(blinds)s::bytea[], %(own_types)s::text[], %(own_blinds)s::bytea[],
    found.customer_id) then found.customer_id end
from found
