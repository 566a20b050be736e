-- Who may be the same person: of every subject what identifies it, sealed, and keyed hashes by which others like it are
-- found. All of it follows from the records that stand, and can be made anew from them at any time.

create table likeness (
    customer_id uuid not null,
    subject_id  uuid not null,
    source_id   uuid not null,
    keys        bigint[] not null,
    sealed      bytea not null,
    at          timestamptz not null,
    primary key (customer_id, subject_id)
);
create unique index likeness_subject on likeness (subject_id);
comment on table likeness is 'What matching knows of a subject: its normalised names, dates, addresses and numbers, sealed.';
comment on column likeness.keys is 'Its rows in match_key, so that they are found again when they change or go.';

-- Distributed by key, like the references: it answers which subjects are alike in one respect.
create table match_key (
    key        bigint not null,
    subject_id uuid not null,
    knows      smallint not null default 0,
    primary key (key, subject_id) include (knows)
);
comment on column match_key.knows is 'Of everybody 8; with a postcode of a street besides a birth date (1), mailboxes (2), mobile numbers (4).';
comment on table match_key is 'HMAC-SHA256 of what several subjects may have in common, cut to 64 bits, one secret for each kind of key.';

create table match_due (
    subject_id uuid not null,
    is_kept    boolean not null default false,
    source_id  uuid not null,
    at         timestamptz not null,
    primary key (subject_id, is_kept)
);
create index match_due_age on match_due (is_kept, at, subject_id);
comment on table match_due is 'Subjects whose records changed in a large delivery: a worker compares them with others.';
comment on column match_due.is_kept is 'Its likeness and its keys are up to date and committed: it may be compared.';

-- Which attributes identify a person; cdp/identity/attributes.py says the same, and a test holds the two together.
create function identifying_attributes() returns text[] language sql immutable parallel safe
return array['address', 'address_line', 'addresses', 'birth_date', 'birth_place', 'city', 'email', 'first_name', 'gender',
    'house_number', 'house_number_suffix', 'initials', 'last_name', 'middle_name', 'mobile_phone', 'name', 'name_prefix',
    'nickname', 'phone', 'postcode', 'street'];

-- Let whoever compares subjects that have a key in common take turns until the transaction ends: of two at once neither
-- would see the other. They share 2,048 locks, so that the server's table of locks has room for all; the numbers are
-- held in their order, so that nobody waits in a ring.
create function hold_match_keys(keys bigint[]) returns void
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(4053, turn.number)
    from (select distinct (k & 2047)::integer as number from unnest(keys) k order by 1) turn;
end
$$;

-- Take subjects that are waiting, locked until the transaction ends, as a delivery locks them: what that writes comes
-- before, or makes them wait anew. One that somebody else works on is left for later.
-- in   which: those whose likeness is made anew first, or those that may be compared; of the latter, null for any
create function take_match_due(are_kept boolean, named uuid[], at_most integer)
returns table (customer_id uuid, subject_id uuid, source_id uuid, wrapped bytea)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    wanted uuid[] := named;
begin
    if not is_sealed('matcher') then
        return;
    end if;
    if named is null then -- apart, or a plan that serves both would go through everybody who waits
        wanted := array(
            select d.subject_id
            from match_due d join subject s on s.source_id = d.source_id and s.subject_id = d.subject_id
            where d.is_kept = are_kept
            order by d.at, d.subject_id
            limit at_most
            for no key update of s skip locked
            for update of d skip locked); -- else those whom somebody has just taken would be counted, and nobody come out
    end if;
    return query
        with mine as (
            select s.customer_id, s.subject_id, s.source_id
            from match_due d join subject s on s.source_id = d.source_id and s.subject_id = d.subject_id
            where d.is_kept = are_kept and d.subject_id = any (wanted)
            order by d.subject_id
            for no key update of s skip locked
        ), gone as ( -- joined with nothing: of a thousand, each would be held against all
            delete from match_due d using mine m where d.subject_id = m.subject_id and d.is_kept = are_kept
            returning m.customer_id, m.subject_id, m.source_id
        )
        select g.customer_id, g.subject_id, g.source_id, k.wrapped
        from gone g join data_key k on k.customer_id = g.customer_id and k.subject_id = g.subject_id;
end
$$;

-- Which bonds that rest on likeness stand of these subjects, for whoever rehearses or explains a comparison.
create function standing_matches(named uuid[])
returns table (subject_id uuid, other_id uuid, tier text, weight real, is_held boolean)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
    if not is_sealed('matcher') then
        return;
    end if;
    return query
        select b.subject_id, b.other_id, b.tier, b.weight, b.held_why is not null
        from bond b
        where b.why = 'match' and b.ended_at is null
          and b.bond_id in (
            select x.bond_id from unnest(named) as n (subject_id) join bond x on x.subject_id = n.subject_id
            union
            select x.bond_id from unnest(named) as n (subject_id) join bond x on x.other_id = n.subject_id);
end
$$;

-- Who may be the same person as each of these subjects: those who have a key in common, with what is needed to read
-- their likeness. A key that very many have says nothing and is left out; the rarest keys come first, as long as they
-- bring no more than enough, whoever comes twice counted twice: `choose` in cdp/identity/blocking.py says the same. With
-- whom they have a bond already, they are compared again. Who shares one key and nothing else may not be worth a look, by
-- its kind and what both know: `is_worth` there says the same; of a bond it says nothing. A key tells what those who have
-- it know, so that they are let go unread. No more is read of a key than shows that it brings too many. A function, so that
-- whoever asks is checked once and not for each table; planning this anew for each look-up would cost more than running it.
-- in   subjects; arrays, one place for each key of a subject: whose, the key, whether it is asked how many have it, and `says`:
--      what its subject knows of which the key alone is not enough, with 8 in it of an INITIAL and 16 in it of what has one in
--      it; hot: the most that may share a key; enough: for each subject
-- out  a row for each candidate; and one for each key of which it is asked, with how many have it, the subject too:
--      `match_crowds` says the same
create function who_may_be(subjects uuid[], key_subjects uuid[], keys bigint[], counted boolean[], says integer[],
    hot integer, enough integer)
returns table (subject_id uuid, other_id uuid, other_customer uuid, other_source uuid, sealed bytea, wrapped bytea, key bigint,
    size integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
begin
    if not is_sealed('matcher') then
        return;
    end if;
    return query
        with block as (
            select wanted.subject, wanted.key, wanted.counted, wanted.says, alike.others, alike.knows,
                   sum(cardinality(alike.others))
                       over (partition by wanted.subject order by cardinality(alike.others), wanted.key) as so_far
            from unnest(key_subjects, who_may_be.keys, who_may_be.counted, who_may_be.says) as wanted (subject, key, counted, says)
            cross join lateral (
                select coalesce(array_agg(few.subject_id), '{}') as others, array_agg(few.knows) as knows
                from (select m.subject_id, m.knows from match_key m where m.key = wanted.key and m.subject_id <> wanted.subject
                      limit least(hot, enough + 1)) few offset 0
            ) alike
        ), met as (
            select f.subject, f.other
            from (
                select b.subject, them.other, b.so_far, b.says, them.knows
                from block b cross join lateral unnest(b.others, b.knows) as them (other, knows)
                where cardinality(b.others) < least(hot, enough + 1)
                union all
                select w.subject, b.other_id, 0, 0, 0::smallint from unnest(subjects) as w (subject)
                cross join lateral (
                    select x.other_id from bond x where x.subject_id = w.subject and x.ended_at is null and x.why = 'match'
                    union all
                    select x.subject_id from bond x where x.other_id = w.subject and x.ended_at is null and x.why = 'match'
                ) b
            ) f
            group by f.subject, f.other
            having min(f.so_far) <= enough
               and (max(f.says) & min(f.knows) = 0
                    or (count(*) > 1 and (max(f.says) < 16 or count(*) filter (where f.says & 8 = 0) <> 1)))
        )
        select c.subject, l.subject_id, l.customer_id, l.source_id, l.sealed, k.wrapped, null::bigint, null::integer
        from met c
        join likeness l on l.subject_id = c.other
        join data_key k on k.customer_id = l.customer_id and k.subject_id = l.subject_id
        union all
        select b.subject, null, null, null, null, null, b.key, least(cardinality(b.others), enough) + 1
        from block b where b.counted;
end
$$;

-- The same of pairs that are known to be worth a look, and of those with whom these subjects have a bond already.
-- in   subjects; ones, others: arrays, one place for each pair
create function who_are(subjects uuid[], ones uuid[], others uuid[])
returns table (subject_id uuid, other_id uuid, other_customer uuid, other_source uuid, sealed bytea, wrapped bytea)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
begin
    if not is_sealed('matcher') then
        return;
    end if;
    return query
        select pair.subject, l.subject_id, l.customer_id, l.source_id, l.sealed, k.wrapped
        from (
            select p.subject, p.other from unnest(ones, who_are.others) as p (subject, other)
            union
            select w.subject, b.other_id from unnest(subjects) as w (subject)
            join bond b on b.subject_id = w.subject and b.ended_at is null and b.why = 'match'
            union
            select w.subject, b.subject_id from unnest(subjects) as w (subject)
            join bond b on b.other_id = w.subject and b.ended_at is null and b.why = 'match'
        ) pair
        join likeness l on l.subject_id = pair.other
        join data_key k on k.customer_id = l.customer_id and k.subject_id = l.subject_id;
end
$$;
