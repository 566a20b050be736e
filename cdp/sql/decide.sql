-- Whether profiles may be read, for many at once, each decision written down. The wall shows whose permissions these are.
-- in   side by side: customers (nil for nobody), words (categories with spaces between them; empty for any), slugs (of a
--      source; empty for any), accesses (ids of log rows)
--      stop  end after the first answer that is this; null for never
-- out  place, is_open, reason, merged_into; when somebody was merged, nothing is written: it is asked again with who it is now
with grantable as materialized (
    select array_agg(c.category order by c.category) as categories from category c where c.is_grantable
), wanted as materialized (
    select w.place, w.customer_id, n.customer_id is not null as is_known, nullif(n.customer_id, w.customer_id) as merged_into,
        w.words <> '' as has_words, w.slug = '' or o.organization_id is not null as has_source,
        case when w.words = '' then g.categories else string_to_array(w.words, ' ') end as asked, p.act_id,
        standing_reason(p, statement_timestamp()) as standing, law.*
    from grantable g
    cross join unnest(%(customers)s::uuid[], %(words)s::text[], %(slugs)s::text[]) with ordinality as w (customer_id, words, slug, place)
    left join organization o on o.slug = w.slug
    left join customer c on c.customer_id = w.customer_id
    cross join lateral (
        select case when c.customer_id is null then current_customer(w.customer_id)
               else coalesce(c.merged_into, c.customer_id) end as customer_id
        offset 0
    ) n
    left join permission p on p.customer_id = w.customer_id and p.recipient_id = (select app_organization())
        and p.purpose = (select app_purpose())
    cross join lateral (
        select max(r.reason) filter (where r.reason in ('granted', 'attested')) as opening,
            (array_agg(r.reason order by r.place) filter (where r.reason not in ('granted', 'attested')))[1] as refusal
        from (
            select a.place, decision_reason(p, (select app_organization()), o.organization_id, a.category, statement_timestamp()) as reason
            from unnest(case when w.words = '' then g.categories else string_to_array(w.words, ' ') end)
                with ordinality as a (category, place)
        ) r
    ) law
), decided as materialized (
    select w.*, (w.is_known and w.has_source and w.opening is not null and (not w.has_words or w.refusal is null)) as is_open
    from wanted w
), told as materialized (
    select d.*, case
            when d.is_open then d.opening
            when not d.is_known then 'never-granted'
            when not d.has_source and d.opening is not null then 'source-not-granted'
            when d.has_words then d.refusal
            when d.standing in ('granted', 'attested') then 'category-not-granted'
            else d.standing
        end as reason
    from decided d
    where d.place <= coalesce((select min(s.place) from decided s where s.is_open = %(stop)s::boolean), 2147483647)
), logged as (
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    select case when t.is_known then t.customer_id else '00000000-0000-0000-0000-000000000000' end,
        statement_timestamp(), (%(accesses)s::uuid[])[t.place], app_organization(), app_client(), 'service', 'decision',
        app_purpose(), t.asked, '{}', 0,
        case when not t.is_known then 'unknown' when t.is_open then 'released' else 'refused' end,
        case when t.is_known then t.reason else 'not-found' end, t.act_id
    from told t
    where not exists (select from wanted w where w.merged_into is not null)
)
select t.place::integer, t.is_open, t.reason, w.merged_into from wanted w left join told t using (place) order by w.place
