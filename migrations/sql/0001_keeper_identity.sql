-- How subjects are found, made, linked and un-linked. A link is an edge: rows change their customer, nothing is copied.
-- Look-ups are lateral with a limit: a plan is made once for a connection, perhaps while the tables are still empty, and
-- must be the one by the whole key.

-- The subjects that a source means, locked until its transaction ends, so that two deliveries for one subject take
-- turns, and an erasure or a merge waits for both. Nothing is locked while one that is needed is missing: the caller
-- makes it first and asks again, so that nobody waits for somebody else's new subject with a lock in hand. The lock
-- goes by the subject's own id, which no merge changes: a row that moved while we waited is still the one we wanted.
-- Each name is looked up once; the locked rows are joined by columns of the list alone, so that no plan reads them all.
-- in   references of the source in scope, as types and blind indexes, and whether each must have a subject
-- out  in any order, each at most once: ordinal of the reference; its customer, subject and wrapped data key, if they are
--      locked, else its subject at most; or is_suppressed. One without a row was erased while we waited; one that moved
--      while we waited may lack its key: ask again.
create function resolve_subjects(types text[], blinds bytea[], needed boolean[])
returns table (ordinal integer, customer_id uuid, subject_id uuid, wrapped bytea, is_suppressed boolean)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    source uuid := scope_organization('source');
    named uuid[];
    barred boolean[];
    are_missing boolean;
begin
    select array_agg(n.subject_id), array_agg(n.is_barred), bool_or(n.is_needed and n.subject_id is null and not n.is_barred)
    into named, barred, are_missing
    from (
        select wanted.is_needed, found.subject_id,
               (select true from suppression x
                where x.type = wanted.type and x.blind = wanted.blind and x.source_id = source limit 1) is not null as is_barred
        from unnest(types, blinds, needed) with ordinality as wanted (type, blind, is_needed, ordinal)
        left join lateral (
            select r.subject_id from reference r
            where r.source_id = source and r.type = wanted.type and r.blind = wanted.blind limit 1) found on true
        order by wanted.ordinal) n;
    if not are_missing then
        return query
            select wanted.ordinal::integer, s.customer_id, s.subject_id, key.wrapped, barred[wanted.ordinal]
            from unnest(named, array_fill(source, array[cardinality(named)])) with ordinality
                as wanted (subject_id, source_id, ordinal)
            join subject s on s.source_id = wanted.source_id and s.subject_id = wanted.subject_id
            left join lateral (
                select k.wrapped from data_key k
                where k.customer_id = s.customer_id and k.subject_id = s.subject_id limit 1) key on true
            order by s.subject_id
            for no key update of s;
    end if;
    return query
        select place, null::uuid, named[place], null::bytea, barred[place]
        from generate_subscripts(named, 1) place
        where are_missing or named[place] is null;
end
$$;

-- Whose these subjects of the source in scope are now.
create function customers_of(subjects uuid[])
returns table (ordinal integer, customer_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    source uuid := scope_organization('source');
begin
    return query
        select wanted.ordinal::integer, found.customer_id
        from unnest(subjects) with ordinality as wanted (subject_id, ordinal)
        cross join lateral (
            select s.customer_id from subject s
            where s.source_id = source and s.subject_id = wanted.subject_id limit 1) found;
end
$$;

-- Which of these identifiers belonged to somebody who was erased, as ordinals.
create function suppressed_identifiers(types text[], blinds bytea[]) returns setof integer
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
    if scope_organization('source') is null then
        return;
    end if;
    return query
        select wanted.ordinal::integer from unnest(types, blinds) with ordinality as wanted (type, blind, ordinal)
        where exists (select from suppression x where x.type = wanted.type and x.blind = wanted.blind);
end
$$;

-- Make subjects for references that nobody has yet, each with a customer of its own. Where another delivery was first,
-- or the person was erased a moment ago, nothing is made: resolve_subjects tells. Its one join is of two lists, which no
-- index serves: one by one, as a source's transaction wants its joins, it would grow with the square of the list.
-- in   arrays, one place for each subject; the ids and the wrapped key are the caller's
create function create_subjects(types text[], blinds bytea[], sealed bytea[], customers uuid[], subjects uuid[],
    wrapped bytea[], moment timestamptz)
returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = on
as $$
declare
    source uuid := scope_organization('source');
begin
    if source is null then
        perform refuse('not-your-records');
    end if;
    perform admit_keys(create_subjects.wrapped);
    with incoming as (
        select * from unnest(types, blinds, sealed, customers, subjects, wrapped)
            as i (type, blind, sealed, customer_id, subject_id, wrapped)
    ), taken as (
        insert into reference (source_id, type, blind, customer_id, subject_id, sealed)
        select source, i.type, i.blind, i.customer_id, i.subject_id, i.sealed from incoming i
        where (select true from suppression x
               where x.type = i.type and x.blind = i.blind and x.source_id = source limit 1) is null
        order by i.type, i.blind
        on conflict do nothing
        returning reference.customer_id, reference.subject_id
    ), people as (
        insert into customer (customer_id, created_at) select t.customer_id, moment from taken t
    ), known as (
        insert into subject (customer_id, subject_id, source_id, origin_id, created_at)
        select t.customer_id, t.subject_id, source, t.customer_id, moment from taken t
    )
    insert into data_key (customer_id, subject_id, wrapped, generation, created_at)
    select t.customer_id, t.subject_id, i.wrapped, generation_of(i.wrapped), moment
    from taken t join incoming i using (subject_id);
end
$$;

-- Let a further reference point at a subject of the source in scope: a device that turns out to be a known customer's.
-- A reference that already names somebody stays as it is.
-- out  the hashes of those that are new
create function add_references(types text[], blinds bytea[], sealed bytea[], subjects uuid[]) returns setof bytea
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    source uuid := scope_organization('source');
begin
    return query
        insert into reference (source_id, type, blind, customer_id, subject_id, sealed)
        select distinct on (w.type, w.blind) source, w.type, w.blind, owner.customer_id, owner.subject_id, w.sealed
        from unnest(types, blinds, sealed, subjects) as w (type, blind, sealed, subject_id)
        cross join lateral (
            select s.customer_id, s.subject_id from subject s
            where s.source_id = source and s.subject_id = w.subject_id limit 1) owner
        where (select true from suppression x
               where x.type = w.type and x.blind = w.blind and x.source_id = source limit 1) is null
        order by w.type, w.blind
        on conflict do nothing
        returning reference.blind;
end
$$;

-- Whether `guest` may join `host` without asking anybody: the guest is nobody's yet, nobody said that they are two people,
-- and no source knows the two under two numbers of its own.
create function may_join(guest uuid, host uuid) returns boolean
language sql stable
return guest <> host
    and exists (select from customer c where c.customer_id = guest and c.claimed_at is null and c.merged_into is null)
    and exists (select from customer c where c.customer_id = host and c.merged_into is null)
    and not exists (select from cannot_link n join subject s on s.subject_id = n.subject_id and s.customer_id = guest
                    where n.customer_id = host)
    and not exists (select from subject g join separation x on g.subject_id in (x.subject_id, x.other_id)
                    join subject h on h.customer_id = host and h.subject_id in (x.subject_id, x.other_id)
                    where g.customer_id = guest)
    and not exists (
        select from subject a
        join reference ra on ra.customer_id = a.customer_id and ra.subject_id = a.subject_id and ra.type = 'user_id'
        join subject b on b.source_id = a.source_id and b.customer_id = host
        join reference rb on rb.customer_id = b.customer_id and rb.subject_id = b.subject_id and rb.type = 'user_id'
        where a.customer_id = guest);

-- The customers, oldest claim first, that have this identifier as a verified one. More than three share it: then none.
create function holders_of(wanted_type text, wanted_blind bytea) returns uuid[]
language sql stable
return (
    select case when count(*) <= 3 then array_agg(found.customer_id order by found.claimed_at nulls last, found.created_at) end
    from (select distinct c.customer_id, c.claimed_at, c.created_at
          from identifier i join customer c using (customer_id)
          where i.type = wanted_type and i.blind = wanted_blind and i.is_verified
          limit 4) found);

-- The first subject of a customer that has this identifier as a verified one.
create function holder_in(customer uuid, wanted_type text, wanted_blind bytea) returns uuid
language sql stable
return (select i.subject_id from identifier i
        where i.customer_id = customer and i.type = wanted_type and i.blind = wanted_blind and i.is_verified
        order by i.since, i.subject_id limit 1);

-- Leave a bond with everybody of the same customer who has the same verified identifier: when one goes, the others stay one.
create function bind_holders(subject uuid, wanted_type text, wanted_blind bytea, reason text, moment timestamptz) returns void
language sql
as $$
    select put_bond(me.subject_id, i.subject_id, tier_of(reason), reason, moment)
    from subject me
    join identifier i on i.customer_id = me.customer_id and i.type = wanted_type and i.blind = wanted_blind and i.is_verified
    where me.subject_id = subject and i.subject_id <> subject;
$$;

-- Let whoever states one of these identifiers, or proves one, take turns until the transaction ends: of two at once
-- neither would see the other. They share 256 locks, so that a large import does not fill the server's table of locks.
create function hold_identifiers(blinds bytea[]) returns void
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(4015, turn.number)
    from (select distinct get_byte(b, 0) as number from unnest(blinds) b order by 1) turn;
end
$$;

-- Make two customers one if they may be, looked at again under the lock of both. It leaves the bond that they are one by,
-- between these two of their subjects or else the first of each; what a limit stops waits for an operator as such a bond.
create function join_customers(guest uuid, host uuid, why text, moment timestamptz, one uuid default null, other uuid default null)
returns boolean
language plpgsql
as $$
declare
    hold text;
begin
    if not may_join(guest, host) then
        return false;
    end if;
    perform from customer c where c.customer_id in (guest, host) order by c.customer_id for update;
    if not may_join(guest, host) then
        return false;
    end if;
    one := coalesce(one, (select s.subject_id from subject s where s.customer_id = guest order by s.created_at, s.subject_id limit 1));
    other := coalesce(other, (select s.subject_id from subject s where s.customer_id = host
                              order by s.source_id = customer_source() desc, s.created_at, s.subject_id limit 1));
    if why = 'verified-identifier' then
        hold := why_held(guest, host, moment);
        perform count_merge('verified-merges', moment) where hold is null;
    end if;
    perform put_bond(one, other, tier_of(why), why, moment, hold);
    if hold is null then
        perform merge_customers(guest, host, why, moment);
        perform settle_likeness(host, moment);
    end if;
    return hold is null;
end
$$;

-- Keep what a source knows a subject by, and link on what is verified.
-- in   arrays, one place for each identifier; a verified flag counts only from an organization the operator verified
-- out  the subjects of which something new is known
create function add_identifiers(subjects uuid[], types text[], blinds bytea[], categories text[], verified boolean[],
    moment timestamptz, sealed bytea[] default null)
returns setof uuid
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    source uuid := scope_organization('source');
    is_trusted boolean := exists (select from organization o where o.organization_id = source and o.verified_at is not null);
    fresh record;
    mine uuid;
    other uuid;
    theirs uuid;
    has_joined boolean;
begin
    perform hold_identifiers(array(
        select i.blind from unnest(subjects, types, blinds, verified) as i (subject_id, type, blind, is_verified)
        where is_trusted and i.is_verified and not exists (
            select from identifier k
            where k.type = i.type and k.blind = i.blind and k.subject_id = i.subject_id and k.is_verified)));
    for fresh in
        insert into identifier as known
            (customer_id, subject_id, source_id, category, type, blind, is_verified, since, sealed)
        select distinct on (i.subject_id, i.type, i.blind)
            owner.customer_id, i.subject_id, source, i.category, i.type, i.blind, i.is_verified and is_trusted, moment, i.sealed
        from unnest(subjects, types, blinds, categories, verified, add_identifiers.sealed)
            as i (subject_id, type, blind, category, is_verified, sealed)
        cross join lateral (
            select s.customer_id from subject s where s.source_id = source and s.subject_id = i.subject_id limit 1) owner
        where (select true from suppression x where x.type = i.type and x.blind = i.blind limit 1) is null
        order by i.subject_id, i.type, i.blind, i.is_verified desc
        on conflict (customer_id, subject_id, type, blind) do update set is_verified = true
            where excluded.is_verified and not known.is_verified
        returning known.subject_id, known.type, known.blind, known.is_verified
    loop
        return next fresh.subject_id;
        continue when not fresh.is_verified or not exists ( -- mostly nobody else has it
            select from identifier k
            where k.type = fresh.type and k.blind = fresh.blind and k.is_verified and k.subject_id <> fresh.subject_id);
        select s.customer_id into mine from subject s where s.subject_id = fresh.subject_id and s.source_id = source;
        has_joined := false;
        foreach other in array coalesce(holders_of(fresh.type, fresh.blind), '{}') loop
            continue when has_joined or other = mine;
            theirs := holder_in(other, fresh.type, fresh.blind);
            has_joined := join_customers(mine, other, 'verified-identifier', moment, fresh.subject_id, theirs)
                       or join_customers(other, mine, 'verified-identifier', moment, theirs, fresh.subject_id);
        end loop;
        perform bind_holders(fresh.subject_id, fresh.type, fresh.blind, 'verified-identifier', moment);
    end loop;
end
$$;

-- Link the subject of a device to the customer who turns out to use it: once, and only while it is nobody else's.
-- in   arrays, one place for each pair: an earlier reference with its type, and the user id
-- out  ordinals of the pairs that were linked
create function link_references(types text[], earlier bytea[], users bytea[], moment timestamptz) returns setof integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    source uuid := scope_organization('source');
    guest reference;
    host reference;
begin
    for ordinal in 1 .. coalesce(cardinality(types), 0) loop
        select * into guest from reference r
        where r.source_id = source and r.type = types[ordinal] and r.blind = earlier[ordinal];
        select * into host from reference r
        where r.source_id = source and r.type = 'user_id' and r.blind = users[ordinal];
        continue when guest.customer_id is null or host.customer_id is null
            or exists (select from subject s where s.customer_id = guest.customer_id and s.origin_id <> guest.customer_id);
        if join_customers(guest.customer_id, host.customer_id, 'anonymous-to-user', moment, guest.subject_id, host.subject_id) then
            return next ordinal;
        end if;
    end loop;
end
$$;

-- Move the edges of some subjects from one customer to another, with everything that hangs on them.
create function move_subjects(moved uuid[], former uuid, target uuid) returns void
language plpgsql
as $$
begin
    update subject s set customer_id = target where s.customer_id = former and s.subject_id = any (moved);
    update data_key k set customer_id = target where k.customer_id = former and k.subject_id = any (moved);
    update reference r set customer_id = target where r.customer_id = former and r.subject_id = any (moved);
    update identifier i set customer_id = target where i.customer_id = former and i.subject_id = any (moved);
    update likeness l set customer_id = target where l.customer_id = former and l.subject_id = any (moved);
    update record r set customer_id = target where r.customer_id = former and r.subject_id = any (moved);
    update interaction i set customer_id = target where i.customer_id = former and i.subject_id = any (moved);
    update evidence e set customer_id = target where e.customer_id = former and e.subject_id = any (moved);
    update contact c set customer_id = target where c.customer_id = former and c.subject_id = any (moved);
    update survey v set customer_id = target where v.customer_id = former and v.subject_id = any (moved);
    update reply r set customer_id = target where r.customer_id = former and r.subject_id = any (moved);
end
$$;

-- Make two customers one: all subjects of `guest` go to `host` with what is asked of them, and the strictest permission wins.
create function merge_customers(guest uuid, host uuid, why text, moment timestamptz) returns uuid
language plpgsql
as $$
declare
    merge uuid := gen_random_uuid();
    moved uuid[];
    number bigint;
    theirs permission;
    p permission;
    met timestamptz;
begin
    perform from customer c where c.customer_id in (guest, host) order by c.customer_id for update;
    select array_agg(s.subject_id) into moved from subject s where s.customer_id = guest;
    insert into link (customer_id, link_id, merge_id, subject_id, from_id, kind, reason, at)
    select host, gen_random_uuid(), merge, m, guest, 'link', why, moment from unnest(moved) m;
    perform move_subjects(moved, guest, host);
    update customer c set merged_into = host
    from subject s
    where s.customer_id = host and s.subject_id = any (moved) and c.customer_id = s.origin_id and c.merged_into = guest;
    update customer c set merged_into = host where c.customer_id = guest;
    update access_request r set customer_id = host where r.customer_id = guest and r.state = 'pending';
    perform join_contacts(guest, host);
    perform join_wishes(guest, host, moment);
    update session s set ended_at = coalesce(s.ended_at, moment) where s.customer_id = guest;
    for theirs in select * from permission x where x.customer_id = guest loop
        p := standing_of(host, theirs.recipient_id, theirs.purpose);
        met := greatest(moment, p.changed_at, theirs.changed_at);
        perform settle_permission(merged(p, theirs, met), 'merge', met, theirs);
    end loop;
    insert into change (organization_id, customer_id, kind, purpose, at) -- who may see the host sees more from now on
    select here.recipient_id, host, 'correct', here.purpose, moment from permission here
    where here.customer_id = host and open_at(here, moment) <> '{}' and not exists (
        select from permission x
        where x.customer_id = guest and x.recipient_id = here.recipient_id and x.purpose = here.purpose);
    return merge;
end
$$;
