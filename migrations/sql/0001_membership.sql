-- Who is whose, derived from the bonds: subjects move between customers in the transaction in which a bond comes or goes.

-- Part some subjects from a customer, as a customer of their own: a merge goes back where it came from. What was stopped is
-- stopped on both sides, so that no way of parting and joining opens it again; whoever may see what stays hears of it.
create function part_customer(former uuid, parting uuid[], target uuid, reason text, moment timestamptz) returns void
language plpgsql
as $$
declare
    fresh uuid := gen_random_uuid();
    mine permission;
    theirs permission;
begin
    insert into customer (customer_id, created_at) values (target, moment) on conflict do nothing;
    insert into link (customer_id, link_id, merge_id, subject_id, from_id, kind, reason, at)
    select former, gen_random_uuid(), coalesce(came.merge_id, fresh), p.subject_id, target, 'unlink', part_customer.reason, moment
    from unnest(parting) as p (subject_id)
    left join lateral (
        select l.merge_id from link l
        where l.customer_id = former and l.subject_id = p.subject_id and l.kind = 'link' order by l.at desc limit 1) came on true;
    perform move_subjects(parting, former, target);
    update customer c set merged_into = null where c.customer_id = target;
    perform part_wishes(target, former, moment);
    for mine in select * from permission x where x.customer_id = former loop
        theirs := standing_of(target, mine.recipient_id, mine.purpose);
        continue when theirs.act_id is null and mine.stopped is null and mine.stopped_categories = '{}';
        perform settle_permission(split_from(theirs, mine), 'split', moment, mine);
    end loop;
    insert into change (organization_id, customer_id, kind, purpose, at)
    select p.recipient_id, p.customer_id, 'correct', p.purpose, moment from permission p
    where p.customer_id = former and open_at(p, moment) <> '{}';
end
$$;

-- Where a group goes that parts from a customer: back where it came from, if nobody is there now; else somewhere new.
create function home_of(parting uuid[], former uuid) returns uuid
language plpgsql
as $$
declare
    home uuid;
begin
    select s.origin_id into home
    from subject s join customer c on c.customer_id = s.origin_id
    where s.subject_id = any (parting) and c.customer_id <> former and c.claimed_at is null
      and not exists (select from subject there where there.customer_id = c.customer_id)
    order by c.merged_into = former desc nulls last, s.created_at, s.subject_id
    limit 1;
    if home is null then -- one of them made the customer that it parts from: it begins anew
        home := gen_random_uuid();
        update subject s set origin_id = home
        where s.customer_id = former and s.subject_id = (
            select x.subject_id from subject x where x.subject_id = any (parting)
            order by x.origin_id = former desc, x.created_at, x.subject_id limit 1);
    end if;
    return home;
end
$$;

-- Let the empty customers that these subjects began with say where they are now.
create function point_shells(subjects uuid[]) returns void
language sql
as $$
    update customer c set merged_into = nullif(s.customer_id, c.customer_id)
    from subject s
    where s.subject_id = any (subjects) and c.customer_id = s.origin_id and c.claimed_at is null
      and c.merged_into is distinct from nullif(s.customer_id, c.customer_id)
      and (s.customer_id = c.customer_id or not exists (select from subject there where there.customer_id = c.customer_id));
$$;

-- Bring customers in line with the bonds around these subjects, everybody locked: first who is not one person any more parts,
-- then who turned out to be one joins. What a limit stopped waits for an operator.
-- in   seeds: subjects of which a bond came or went
-- out  number of subjects that changed their customer
create function settle_membership(seeds uuid[], reason text, moment timestamptz) returns integer
language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
declare
    around uuid[] := component_of(seeds);
    again uuid[];
    groups integer[];
    held uuid[];
    held_whys text[];
    part record;
    joined record;
    moved integer := 0;
begin
    if cardinality(around) = 1 then -- nobody to join, and nobody to part from
        return 0;
    end if;
    for attempt in 1 .. 5 loop
        exit when around is null or cardinality(around) > 500;
        perform from subject s where s.subject_id = any (around) order by s.subject_id for update;
        perform from customer c
        where c.customer_id in (select s.customer_id from subject s where s.subject_id = any (around))
        order by c.customer_id for update;
        again := component_of(seeds);
        exit when again = around;
        around := again;
    end loop;
    if around is null or cardinality(around) > 500 then
        update bond b set held_why = 'too-many-subjects', held_at = moment
        where b.ended_at is null and b.tier = 'strong' and b.held_why is null and b.decided_at is null
          and (b.subject_id = any (seeds) or b.other_id = any (seeds));
        return 0;
    end if;
    select array_agg(p.place order by p.subject_id) filter (where p.subject_id is not null),
           array_agg(p.bond_id) filter (where p.bond_id is not null), array_agg(p.held_why) filter (where p.bond_id is not null)
    into groups, held, held_whys
    from partition_subjects(around) p;
    update bond b set held_why = h.why, held_at = coalesce(b.held_at, moment)
    from unnest(held, held_whys) as h (bond_id, why)
    where b.bond_id = h.bond_id and b.held_why is distinct from h.why;
    update bond b set held_why = null, held_at = null
    where b.subject_id = any (around) and b.ended_at is null and b.held_why like 'too-many-%s' and b.held_why <> 'too-many-merges'
      and b.bond_id <> all (coalesce(held, '{}'));
    for part in -- of a customer in several groups, one keeps the customer
        with whole as (
            select s.customer_id, g.place, array_agg(s.subject_id order by s.subject_id) as subjects,
                   row_number() over (partition by s.customer_id order by bool_or(s.source_id = customer_source()) desc,
                       bool_or(s.origin_id = s.customer_id) desc, count(*) desc, min(s.subject_id::text)) as turn
            from unnest(around, groups) as g (subject_id, place) join subject s using (subject_id)
            group by s.customer_id, g.place
        )
        select * from whole w where w.turn > 1 order by w.customer_id, w.turn
    loop
        perform part_customer(part.customer_id, part.subjects, home_of(part.subjects, part.customer_id), reason, moment);
        moved := moved + cardinality(part.subjects);
    end loop;
    for part in -- of a group with several customers, one takes the others in
        with whole as (
            select g.place, c.customer_id, count(*) as subjects,
                   row_number() over (partition by g.place order by c.claimed_at nulls last,
                       bool_or(exists (select from reference r where r.customer_id = s.customer_id and r.subject_id = s.subject_id
                                       and r.type <> 'anonymous_id')) desc, c.created_at, c.customer_id) as turn
            from unnest(around, groups) as g (subject_id, place) join subject s using (subject_id) join customer c using (customer_id)
            group by g.place, c.customer_id
        )
        select guest.customer_id as guest, host.customer_id as host, guest.subjects
        from whole guest join whole host on host.place = guest.place and host.turn = 1
        where guest.turn > 1 order by guest.customer_id
    loop
        joined := why_joined(part.guest, part.host);
        perform merge_customers(part.guest, part.host, joined.reason, moment);
        if joined.reason = 'likeness' then
            perform count_merge('strong-merges', moment, joined.source_id);
        else
            perform count_merge('verified-merges', moment);
        end if;
        moved := moved + part.subjects;
    end loop;
    if moved > 0 then
        perform point_shells(around);
    end if;
    return moved;
end
$$;

-- The firmest bond between two customers, in the word that the link keeps, and the source of the guest's end of it. Who come
-- together by way of a third are alike.
create function why_joined(guest uuid, host uuid, out reason text, out source_id uuid) language sql stable
as $$
    select coalesce(case firmest.why when 'match' then 'likeness' else firmest.why end, 'likeness'), g.source_id
    from subject g
    left join lateral (
        select b.why, array_position(array['customer', 'verified', 'device', 'strong'], b.tier) as place
        from bond b
        join subject h on h.subject_id = case g.subject_id when b.subject_id then b.other_id else b.subject_id end
        where g.subject_id in (b.subject_id, b.other_id) and h.customer_id = host
          and b.ended_at is null and b.tier <> 'possible'
        order by 2 limit 1) firmest on true
    where g.customer_id = guest
    order by firmest.place nulls last, g.created_at, g.subject_id limit 1
$$;

-- Let what is only alike come or go after something else changed; most people have no such bond.
create function settle_likeness(customer uuid, moment timestamptz) returns void
language plpgsql
as $$
declare
    alike uuid[] := array(
        select s.subject_id from subject s
        where s.customer_id = customer and exists (
            select from bond b where b.subject_id = s.subject_id and b.ended_at is null and b.tier = 'strong'
            union all
            select from bond b where b.other_id = s.subject_id and b.ended_at is null and b.tier = 'strong'));
begin
    if alike <> '{}' then
        perform settle_membership(alike, 'no-longer-alike', moment);
    end if;
end
$$;

-- Join the dossier of a subject to another's because somebody said, or proved, that they are one person: a bond, and what
-- follows from it. What is there only because it is alike does not come along into a claimed dossier.
-- out  whether they are one now
create function join_by_word(own uuid, other uuid, reason text, moment timestamptz) returns boolean
language plpgsql
as $$
declare
    host uuid := (select s.customer_id from subject s where s.subject_id = own);
    guest uuid := (select s.customer_id from subject s where s.subject_id = other);
begin
    if guest is distinct from host and not coalesce(join_customers(guest, host, reason, moment, other, own), false) then
        return false;
    end if;
    perform put_bond(own, other, tier_of(reason), reason, moment);
    perform settle_likeness(host, moment);
    return true;
end
$$;

-- Say of a subject of the customer in scope that it is somebody else: its bonds here end, it is kept apart for good, and who
-- is whose is derived anew. What hangs on it alone goes with it; even what the dossier began with can go.
-- out  the customer that it is with now
create function unlink_subject(customer uuid, subject uuid, moment timestamptz) returns uuid
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    own uuid;
    gone uuid[];
begin
    if customer is distinct from scope_customer('customer') then
        perform refuse('refused');
    end if;
    perform from subject s where s.customer_id = customer order by s.subject_id for update; -- before customers, as deliveries do
    if not exists (select from subject s where s.customer_id = customer and s.subject_id = unlink_subject.subject
                   and s.source_id <> customer_source()) then
        perform refuse('not-found', 'subject');
    end if;
    select s.subject_id into own from subject s where s.customer_id = customer and s.source_id = customer_source() limit 1;
    if own is null then -- nobody claimed it, so it is kept from each of the others
        insert into separation (subject_id, other_id, by, at)
        select least(s.subject_id, subject), greatest(s.subject_id, subject), 'customer', moment
        from subject s where s.customer_id = customer and s.subject_id <> subject on conflict do nothing;
    end if;
    insert into cannot_link (customer_id, subject_id, at) values (customer, subject, moment) on conflict do nothing;
    perform settle_membership(array[subject], 'customer', moment);
    select array_agg(s.subject_id) into gone from subject s
    where s.customer_id = (select x.customer_id from subject x where x.subject_id = unlink_subject.subject);
    if customer = (select x.customer_id from subject x where x.subject_id = unlink_subject.subject) then -- it was alone here
        perform part_customer(customer, array[subject], home_of(array[subject], customer), 'customer', moment);
        perform point_shells(array[subject]);
        gone := array[subject];
    end if;
    insert into cannot_link (customer_id, subject_id, at) select customer, g, moment from unnest(gone) g on conflict do nothing;
    update bond b set ended_at = moment, ended_why = 'customer'
    where b.ended_at is null and (b.subject_id = any (gone) or b.other_id = any (gone))
      and exists (select from subject s where s.customer_id = unlink_subject.customer
                  and s.subject_id = case when b.subject_id = any (gone) then b.other_id else b.subject_id end);
    return (select x.customer_id from subject x where x.subject_id = unlink_subject.subject);
end
$$;
