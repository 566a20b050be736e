-- What the organization in scope may see of some customers for its purpose: decided, read and written down in one
-- statement, so that there is no answer without its row in the access log. Each customer is read by itself.
-- in   customers  in the order of the answers; the nil uuid stands for an id that names nobody
--      asked      categories, or null for all
--      path       how it was asked, for the log
--      facts      whether attributes, products and external facts are wanted, or interactions alone
--      page       how many interactions at most, after (after_at, after_source, after_record); one more tells of a next page
--      accesses   the ids of the rows in the log, one for each customer: random numbers are dear in a server without OpenSSL
-- out  one row for each customer, with the permitted records as arrays side by side and their subjects' wrapped keys.
--      granted, asked  categories with spaces between them; decided_at  in JSON
--      labels  a line for each record, kind|category|standing|source|disputed|channel|speaker|direction|type: what is known
--              in clear, but for the time; there are few of them, so that whoever unseals remembers what each comes to
--      times   of the records, as a JSON list; to write one list or one text is quicker than many
--      sealed  the subject's id, the record's id and the sealed value, one behind the other
with asked as materialized (
    select coalesce(array_agg(c.category order by c.category), '{}') as categories,
        coalesce(string_agg(c.category, ' ' order by c.category), '') as words, to_json(statement_timestamp())::text as at
    from category c
    where c.is_grantable and (%(asked)s::text[] is null or c.category = any (%(asked)s::text[]))
), wanted as materialized (
    select w.place, w.customer_id, n.customer_id is not null as is_known, nullif(n.customer_id, w.customer_id) as merged_into,
        p.epoch, p.act_id,
        case when n.customer_id is null then 'not-found' else standing_reason(p, statement_timestamp()) end as reason,
        array(
            select a.category from unnest(asked.categories) a (category)
            where p.stopped is null and n.customer_id = w.customer_id and a.category <> all (p.stopped_categories)
              and (coalesce(p.expires_at > statement_timestamp() and a.category = any (p.categories), false)
                   or coalesce(p.attested_expires_at > statement_timestamp() and a.category = any (p.attested_categories), false))
        ) as granted
    from asked
    cross join unnest(%(customers)s::uuid[]) with ordinality as w (customer_id, place)
    left join customer c on c.customer_id = w.customer_id
    cross join lateral ( -- who that is now; an exporter asks for those whom it does not see
        select case when c.customer_id is null then current_customer(w.customer_id)
               else coalesce(c.merged_into, c.customer_id) end as customer_id
        offset 0
    ) n
    left join permission p on p.customer_id = w.customer_id and p.recipient_id = (select app_organization())
        and p.purpose = (select app_purpose())
), answer as materialized (
    select w.*, seen.*, keys.*
    from wanted w
    cross join lateral (
        select count(*) filter (where not s.is_event) as facts, count(*) filter (where s.is_event) as events,
            string_agg(s.label, E'\n') as labels, to_json(array_agg(s.occurred_at))::text as times,
            array_agg(uuid_send(s.subject_id) || uuid_send(s.record_id) || s.sealed) as sealed,
            array_agg(s.subject_id) as subjects
        from (
            select false as is_event, r.occurred_at, r.subject_id, r.record_id, r.sealed,
                r.kind || '|' || r.category || '|' || r.standing || '|' || r.source_id::text
                || case when r.disputed_at is null then '|false||||' else '|true||||' end || r.type as label
            from record r
            where %(facts)s and r.customer_id = w.customer_id and r.superseded_at is null and r.category = any (w.granted)
            union all
            (select true, i.occurred_at, i.subject_id, i.record_id, i.sealed,
                'interaction|' || i.category || '|stated|' || i.source_id::text
                || case when i.disputed_at is null then '|false|' else '|true|' end || coalesce(i.channel, '') || '|'
                || coalesce(i.speaker, '') || '|' || coalesce(i.direction, '') || '|' || i.type
            from interaction i
            where i.customer_id = w.customer_id and i.category = any (w.granted)
              and i.occurred_at <= %(after_at)s::timestamptz
              and (i.occurred_at < %(after_at)s::timestamptz
                   or (i.source_id, i.record_id) > (%(after_source)s::uuid, %(after_record)s::uuid))
            order by i.occurred_at desc, i.source_id, i.record_id
            limit %(page)s::integer + 1)
        ) s
    ) seen
    cross join lateral (
        select array_agg(uuid_send(k.subject_id) || k.wrapped) as keys
        from data_key k
        where k.customer_id = w.customer_id and k.subject_id = any (seen.subjects)
    ) keys
), logged as (
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    select case when w.is_known then w.customer_id else '00000000-0000-0000-0000-000000000000' end,
        statement_timestamp(), (%(accesses)s::uuid[])[w.place], app_organization(), nullif(current_setting('app.client'), ''), 'service',
        %(path)s, app_purpose(), asked.categories, w.granted, w.facts + least(w.events, %(page)s::integer),
        case when not w.is_known then 'unknown' when w.granted <> '{}' then 'released' else 'refused' end,
        case when w.granted = '{}' and w.reason in ('granted', 'attested') then 'category-not-granted' else w.reason end,
        w.act_id
    from asked cross join answer w
    where w.merged_into is null
)
select w.reason, w.merged_into, w.epoch, array_to_string(w.granted, ' ') as granted, asked.words as asked, asked.at as decided_at,
    w.labels, w.times, w.sealed, w.keys
from asked cross join answer w
order by w.place
