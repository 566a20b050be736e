-- What has to be known to decide whether customers may be approached. `note_contacts.sql` writes down in the same transaction what
-- was decided. Everything is found for all of them at once, and only then brought together: a look for each costs more.
-- in   side by side: customers (nil for nobody), contacts (the reservation that is asked for; nil for none); root of the topic, at
-- out  one row for each customer, in order: reason (the law's word for whether `contact` is open), merged_into; and only of whom
--      it is open: wishes (JSON), is_signalled, own name and how it is said, with the wrapped key behind its subject; names, the one that wins
--      first: types, and id of subject and record and what is sealed, one behind the other, with their wrapped keys;
--      and of whom somebody has contacts of this organization: turn, ends (of those that count), and state of the own one; is_known
--      (for nobody's ears), the act of the permission as its bytes, the version of the catalog by which all this has to be read,
--      and the moment
with told as materialized ( -- of whom it is open, as nearly always
    select f.* from contact_facts(%(customers)s::uuid[], %(at)s::timestamptz) as f
), wanted as materialized (
    select w.place, w.customer_id, w.contact_id, f.customer_id is not null or s.customer_id is not null as is_known,
        coalesce(f.merged_into, nullif(s.customer_id, w.customer_id)) as merged_into, coalesce(f.act_id, s.act_id) as act_id,
        coalesce(f.reason, s.reason) as reason, f.wishes, f.is_signalled, f.own_name, f.own_said, f.own_key
    from (
        select i as place, (%(customers)s::uuid[])[i] as customer_id, (%(contacts)s::uuid[])[i] as contact_id
        from generate_series(1, cardinality(%(customers)s::uuid[])) as i
    ) w
    left join told f on f.customer_id = w.customer_id
    left join lateral (
        select n.customer_id, p.act_id,
            case
                when n.customer_id is not null then decision_reason(p, (select app_organization()), null, 'contact',
                    greatest(statement_timestamp(), %(at)s::timestamptz))
                when exists ( -- the organization was told
                    select from change x
                    where x.customer_id = w.customer_id and x.organization_id = (select app_organization()) and x.kind = 'erase')
                    then 'erased'
                else 'never-granted'
            end as reason
        from ( -- who that is now; an exporter asks for those whom it does not see
            select current_customer(w.customer_id) as customer_id
            where f.customer_id is null
            offset 0
        ) n
        left join permission p on p.customer_id = w.customer_id and p.recipient_id = (select app_organization())
            and p.purpose = (select app_purpose())
    ) s on true
), named as materialized (
    select r.customer_id, array_agg(r.type) as types,
        array_agg(uuid_send(r.subject_id) || uuid_send(r.record_id) || r.sealed) as sealed,
        (select array_agg(uuid_send(k.subject_id) || k.wrapped) from data_key k
         where k.customer_id = r.customer_id and k.subject_id = any (array_agg(r.subject_id))) as keys
    from (
        select r.customer_id, r.type, r.subject_id, r.record_id, r.sealed
        from record r
        where r.customer_id = any (array(select f.customer_id from told f where f.reason in ('granted', 'attested')))
          and r.superseded_at is null and r.kind = 'attributes'
          and r.type in ('first_name', 'name_prefix', 'last_name') and r.category = 'contact'
        order by r.customer_id, r.standing = 'customer' desc, r.standing = 'verified' desc, r.occurred_at desc, r.source_id,
            r.record_id
    ) r
    group by r.customer_id
), turned as materialized (
    select t.customer_id, t.turn
    from contact_turn t
    where t.customer_id = any (%(customers)s::uuid[]) and t.organization_id = (select app_organization()) and t.root = %(root)s
)
select w.reason, w.merged_into, w.wishes, w.is_signalled, w.own_name, w.own_said, w.own_key, n.types, n.sealed, n.keys,
    coalesce(t.turn, 0) as turn, counted.ends, counted.own, w.is_known, uuid_send(w.act_id) as act,
    (select v.version from catalog_version v) as version, statement_timestamp() as at
from wanted w
left join named n on n.customer_id = w.customer_id
left join turned t on t.customer_id = w.customer_id
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
