-- Whose profiles may be read now, from the one behind `after` in the order of ids, each written down as a decision.
-- in   words, slug  as in decide.sql
--      after, page, most  how many at most, and how many permissions are looked at for them
--      accesses  ids of log rows
-- out  customer_id and is_open: those who are open, and the last one that was looked at, when more may follow
with grantable as materialized (
    select case when %(words)s::text = '' then array_agg(c.category order by c.category)
           else string_to_array(%(words)s::text, ' ') end as asked
    from category c where c.is_grantable
), seen as materialized (
    select p as permission, p.customer_id, p.act_id, row_number() over (order by p.customer_id) as place
    from permission p
    where p.customer_id > %(after)s::uuid
      and greatest(p.expires_at, p.attested_expires_at) > statement_timestamp()
      and (select true from customer c where c.customer_id = p.customer_id
               and (c.merged_into is null) is not true) is not true -- said so that no index of shells is read in its place
    order by p.customer_id
    limit %(most)s::integer
), judged as materialized (
    select s.customer_id, s.act_id, s.place, g.asked, law.opening,
        (case when %(words)s::text = '' then law.opening is not null else law.is_whole end)
            and (%(slug)s::text = '' or o.organization_id is not null) as is_open
    from seen s
    cross join grantable g
    left join organization o on o.slug = %(slug)s::text
    cross join lateral (
        select max(r.reason) filter (where r.reason in ('granted', 'attested')) as opening,
            bool_and(r.reason in ('granted', 'attested')) as is_whole
        from (
            select decision_reason(s.permission, (select app_organization()), o.organization_id, a.category, statement_timestamp()) as reason
            from unnest(g.asked) a (category)
        ) r
    ) law
), open as materialized (
    select j.*, row_number() over (order by j.place) as turn from judged j where j.is_open order by j.place limit %(page)s::integer
), logged as (
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    select o.customer_id, statement_timestamp(), (%(accesses)s::uuid[])[o.turn], app_organization(), app_client(), 'service',
        'decision', app_purpose(), o.asked, '{}', 0, 'released', o.opening, o.act_id
    from open o
)
select o.customer_id, true as is_open, o.place from open o
union all
select s.customer_id, false, s.place from seen s
where s.place = %(most)s::integer and (select count(*) from open) < %(page)s::integer
order by place
