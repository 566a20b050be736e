-- What has to be known to decide whether customers may be approached. `note_contacts.sql` writes down in the same transaction what
-- was decided.
-- in   side by side: customers (nil for nobody), contacts (the reservation that is asked for; nil for none); root of the topic, at
-- out  one row for each customer, in order: reason (the law's word for whether `contact` is open), merged_into; and only of whom
--      it is open: wishes (JSON), is_signalled, own name and its wrapped key behind its subject; names, the one that wins
--      first: types, and id of subject and record and what is sealed, one behind the other, with their wrapped keys;
--      and of whom somebody has contacts of this organization: turn, ends (of those that count), and state of the own one; is_known
--      (for nobody's ears), the act of the permission, the version of the catalog by which all this has to be read, and the moment
with wanted as materialized (
    select w.place, w.customer_id, w.contact_id, n.customer_id is not null as is_known,
        nullif(n.customer_id, w.customer_id) as merged_into, p.act_id,
        case
            when p.expires_at > greatest(statement_timestamp(), %(at)s::timestamptz) and 'contact' = any (p.categories)
                and p.stopped is null and 'contact' <> all (p.stopped_categories) then 'granted' -- as nearly always
            when n.customer_id is not null then decision_reason(p, (select app_organization()), null, 'contact',
                greatest(statement_timestamp(), %(at)s::timestamptz))
            when exists ( -- the organization was told
                select from change x
                where x.customer_id = w.customer_id and x.organization_id = (select app_organization()) and x.kind = 'erase')
                then 'erased'
            else 'never-granted'
        end as reason
    from unnest(%(customers)s::uuid[], %(contacts)s::uuid[]) with ordinality as w (customer_id, contact_id, place)
    left join customer c on c.customer_id = w.customer_id
    cross join lateral ( -- who that is now; an exporter asks for those whom it does not see
        select case when c.customer_id is null then current_customer(w.customer_id)
               else coalesce(c.merged_into, c.customer_id) end as customer_id
        offset 0
    ) n
    left join permission p on p.customer_id = w.customer_id and p.recipient_id = (select app_organization())
        and p.purpose = (select app_purpose())
), told as materialized (
    select f.customer_id, f.wishes, f.is_signalled, f.own_name, f.own_key from contact_facts(%(customers)s::uuid[]) as f
)
select w.reason, w.merged_into, f.wishes, f.is_signalled, f.own_name, f.own_key, names.types, names.sealed, names.keys,
    coalesce(t.turn, 0) as turn, counted.ends, counted.own, w.is_known, w.act_id,
    (select v.version from catalog_version v) as version, statement_timestamp() as at
from wanted w
left join told f on f.customer_id = w.customer_id
left join lateral (
    select array_agg(r.type) as types, array_agg(uuid_send(r.subject_id) || uuid_send(r.record_id) || r.sealed) as sealed,
        (select array_agg(uuid_send(k.subject_id) || k.wrapped) from data_key k
         where k.customer_id = w.customer_id and k.subject_id = any (array_agg(r.subject_id))) as keys
    from (
        select r.type, r.subject_id, r.record_id, r.sealed
        from record r
        where r.customer_id = w.customer_id and r.superseded_at is null and r.kind = 'attributes'
          and r.type in ('first_name', 'name_prefix', 'last_name') and r.category = 'contact'
          and w.reason in ('granted', 'attested')
        order by r.standing = 'customer' desc, r.standing = 'verified' desc, r.occurred_at desc, r.source_id, r.record_id
    ) r
) names on true
left join contact_turn t on t.customer_id = w.customer_id and t.organization_id = (select app_organization()) and t.root = %(root)s
left join lateral (
    select array_agg(c.until) filter (where c.contact_id <> w.contact_id or c.state = 'made') as ends,
        max(c.state) filter (where c.contact_id = w.contact_id) as own
    from (
        select c.contact_id, c.until, c.state
        from contact c
        where t.turn is not null and c.customer_id = w.customer_id and c.organization_id = (select app_organization())
          and c.root = %(root)s and c.until > %(at)s::timestamptz - interval '366 days'
          and (c.state = 'made' or c.state = 'reserved' and c.until > statement_timestamp() or c.contact_id = w.contact_id)
        order by c.until desc
        limit 1000
    ) c
) counted on true
order by w.place
