-- The records that rules of the organization in scope ask about, as far as it may see them for its purpose; each customer
-- whose records come out stands in the access log.
-- in   customers, records, ats, events  side by side: whose, which, when it happened, and whether it is an interaction
--      accesses  the ids of the rows in the log, as many: random numbers are dear in a server without OpenSSL
-- out  place (from one), kind, type, source, category, at, and what unseals it: subject_id, record_id, sealed, wrapped
with wanted as materialized (
    select * from unnest(%(customers)s::uuid[], %(records)s::uuid[], %(ats)s::timestamptz[], %(events)s::boolean[])
        with ordinality as w (customer_id, record_id, at, is_event, place)
), found as materialized (
    select w.place, r.customer_id, r.subject_id, r.record_id, r.category, r.kind, r.type, r.source_id, r.occurred_at, r.sealed
    from wanted w
    join record r on r.customer_id = w.customer_id and r.record_id = w.record_id and r.superseded_at is null
    where not w.is_event
    union all
    select w.place, i.customer_id, i.subject_id, i.record_id, i.category, 'interaction', i.type, i.source_id, i.occurred_at, i.sealed
    from wanted w
    join interaction i on i.customer_id = w.customer_id and i.occurred_at = w.at and i.record_id = w.record_id
    where w.is_event
), looked as (
    select f.customer_id, array_agg(distinct f.category) as categories, count(*) as records, min(f.place) as place
    from found f group by f.customer_id
), logged as (
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    select l.customer_id, statement_timestamp(), (%(accesses)s::uuid[])[l.place], app_organization(), app_client(), 'service', 'rules',
        app_purpose(), l.categories, l.categories, l.records, 'released', standing_reason(p, statement_timestamp()), p.act_id
    from looked l
    join permission p on p.customer_id = l.customer_id and p.recipient_id = app_organization() and p.purpose = app_purpose()
)
select f.place::integer, f.kind, f.type, o.slug, f.category, to_char(f.occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    uuid_send(f.subject_id), uuid_send(f.record_id), f.sealed, k.wrapped
from found f
join organization o on o.organization_id = f.source_id
join data_key k on k.customer_id = f.customer_id and k.subject_id = f.subject_id
order by f.place
