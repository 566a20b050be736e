-- Why subjects are one person: bonds between two subjects, each with what it rests on, which can all be revoked. Who is whose
-- is derived from the bonds that stand, less what was said to be two people: cdp/identity/partition.py says how, and a test
-- holds `partition_subjects` to it. No value of anybody stands here: names of levels, and bits.

-- ---------------------------------------------------------------- a directory: by subject, across customers

create table bond (
    bond_id    uuid primary key,
    subject_id uuid not null,
    other_id   uuid not null,
    why        text not null check (why in
        ('match', 'verified-identifier', 'proven-identifier', 'anonymous-to-user', 'customer-said', 'operator-said')),
    tier       text not null check (tier in ('customer', 'verified', 'device', 'strong', 'possible')),
    weight     real not null default 0,
    reaches    boolean not null default false,
    evidence   jsonb not null default '{}',
    model      text,
    at         timestamptz not null,
    held_why   text check (held_why in ('too-many-subjects', 'too-many-identifiers', 'too-many-merges')),
    held_at    timestamptz,
    decided_at timestamptz,
    ended_at   timestamptz,
    ended_why  text check (ended_why in ('changed', 'no-longer-alike', 'customer', 'operator')),
    check (subject_id < other_id),
    check ((held_why is null) = (held_at is null)),
    check ((ended_at is null) = (ended_why is null))
);
create unique index bond_live on bond (subject_id, other_id, why) where ended_at is null;
create index bond_other on bond (other_id);
create index bond_subject on bond (subject_id);
create index bond_held on bond (held_at, bond_id) where held_at is not null and ended_at is null;
comment on table bond is 'That two subjects are, or may be, one person. Which ones share a customer follows from these.';
comment on column bond.weight is 'Bits for the same person, of a match.';
comment on column bond.reaches is 'The weight reached what joining needs, and did not fall below what staying needs since.';
comment on column bond.evidence is 'Of each field the name of the level of agreement, and its bits.';
comment on column bond.held_why is 'What kept it from joining, until an operator looks at it.';
comment on column bond.decided_at is 'An operator let it join, whatever the limits say.';
comment on index bond_subject is 'For an erasure, which takes ended ones along.';

create table separation (
    subject_id uuid not null,
    other_id   uuid not null,
    by         text not null check (by in ('customer', 'operator')),
    at         timestamptz not null,
    primary key (subject_id, other_id),
    check (subject_id < other_id)
);
create index separation_other on separation (other_id);
comment on table separation is 'Two subjects who are two people, whoever claims them; what a customer said of their own dossier is in cannot_link.';

create index subject_known on subject (subject_id);

-- ---------------------------------------------------------------- the house's own: limits, and how often

create table identity_limit (
    name text primary key,
    most integer not null check (most >= 0)
);
insert into identity_limit (name, most) values
    ('subjects', 50), ('email', 10), ('phone', 10), ('customer_number', 50),
    ('strong-merges', 5000), ('verified-merges', 1000000);
comment on table identity_limit is 'How large a dossier may become by itself, and how many may become one within an hour.';

create table merge_count (
    hour      timestamptz not null,
    kind      text not null,
    source_id uuid not null,
    shard     smallint not null,
    merges    integer not null,
    primary key (hour, kind, source_id, shard)
);
comment on table merge_count is 'How many dossiers became one in an hour, spread so that those who count do not wait for each other.';
comment on column merge_count.source_id is 'Of likeness the source whose own subjects they are; of all sources together it is nobody''s.';

create function identity_most(wanted text) returns integer language sql stable
return (select l.most from identity_limit l where l.name = wanted);

-- Whether so many dossiers became one this hour that something must be wrong. By likeness each source is counted for itself:
-- one that sends nonsense stops nobody else's.
create function is_breaker_open(wanted text, moment timestamptz, source uuid default '00000000-0000-0000-0000-000000000000') returns boolean
language sql stable
return (select coalesce(sum(c.merges), 0) >= identity_most(wanted)
        from merge_count c where c.hour = date_trunc('hour', moment) and c.kind = wanted and c.source_id = source);

create function count_merge(counted text, moment timestamptz, source uuid default '00000000-0000-0000-0000-000000000000') returns void
language sql
as $$
    insert into merge_count as known (hour, kind, source_id, shard, merges)
    values (date_trunc('hour', moment), counted, source, pg_backend_pid() % 64, 1)
    on conflict (hour, kind, source_id, shard) do update set merges = known.merges + 1;
$$;

-- ---------------------------------------------------------------- bonds

-- Whether somebody said that these two are two people.
create function are_two_people(one uuid, other uuid) returns boolean
language sql stable
return exists (select from separation x where x.subject_id = least(one, other) and x.other_id = greatest(one, other))
    or exists (select from subject s join cannot_link n on n.customer_id = s.customer_id and n.subject_id = other
               where s.subject_id = one)
    or exists (select from subject s join cannot_link n on n.customer_id = s.customer_id and n.subject_id = one
               where s.subject_id = other);

-- Keep a bond that rests on more than likeness. One that stands already stays as it is.
create function put_bond(one uuid, other uuid, grade text, reason text, moment timestamptz, hold text default null) returns void
language sql
as $$
    insert into bond (bond_id, subject_id, other_id, why, tier, reaches, at, held_why, held_at)
    select gen_random_uuid(), least(one, other), greatest(one, other), reason, grade, true, moment, hold,
           case when hold is not null then moment end
    where one <> other
    on conflict (subject_id, other_id, why) where ended_at is null do nothing;
$$;

-- How firm a reason is.
create function tier_of(reason text) returns text language sql immutable parallel safe
return case reason
    when 'match' then 'strong'
    when 'anonymous-to-user' then 'device'
    when 'verified-identifier' then 'verified'
    when 'proven-identifier' then 'verified'
    else 'customer'
end;

-- What keeps two customers from becoming one by themselves: the size that the dossier would have, or the number of merges.
create function why_held(guest uuid, host uuid, moment timestamptz) returns text
language plpgsql stable
as $$
begin
    if (select count(*) from subject s where s.customer_id in (guest, host)) > identity_most('subjects')
        and (select count(*) from subject s
             where s.customer_id in (guest, host) and exists (
                 select from reference r where r.customer_id = s.customer_id and r.subject_id = s.subject_id
                    and r.type <> 'anonymous_id')) > identity_most('subjects') then
        return 'too-many-subjects';
    end if;
    if exists (select from identifier i join identity_limit l on l.name = i.type
               where i.customer_id in (guest, host)
               group by i.type, l.most having count(distinct i.blind) > l.most) then
        return 'too-many-identifiers';
    end if;
    if is_breaker_open('verified-merges', moment) then
        return 'too-many-merges';
    end if;
    return null;
end
$$;

-- All subjects that could be one person with these: whoever a bond that joins leads to, and whoever shares a customer.
-- More than 500 are not told apart: then there is one more.
create function component_of(seeds uuid[]) returns uuid[]
language sql stable
as $$
    with recursive known (subject_id) as (
        select s.subject_id from subject s where s.subject_id = any (seeds)
        union
        select next.subject_id
        from known k
        cross join lateral (
            select b.other_id as subject_id from bond b
            where b.subject_id = k.subject_id and b.ended_at is null and b.tier <> 'possible'
              and b.held_why is distinct from 'too-many-merges'
            union all
            select b.subject_id from bond b
            where b.other_id = k.subject_id and b.ended_at is null and b.tier <> 'possible'
              and b.held_why is distinct from 'too-many-merges'
            union all
            select mate.subject_id from subject me join subject mate on mate.customer_id = me.customer_id
            where me.subject_id = k.subject_id
        ) next
    )
    select array_agg(found.subject_id order by found.subject_id) from (select k.subject_id from known k limit 501) found
$$;

-- ---------------------------------------------------------------- who is one person

-- The groups that the bonds make of these subjects: the mirror of cdp/identity/partition.py. Subjects and bonds are numbers
-- here, so that fifty of them with all their bonds take a few milliseconds.
-- out  each subject with the place of its group; and each bond that a limit stopped, with the limit
create function partition_subjects(wanted uuid[])
returns table (subject_id uuid, place integer, bond_id uuid, held_why text)
language plpgsql stable
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    ids uuid[];
    sources uuid[];
    numbered boolean[];
    claimed boolean[];
    label integer[];
    size integer[];
    bonds uuid[];
    a integer[];
    b integer[];
    rank integer[];
    accepted boolean[];
    alike_a integer[];
    alike_b integer[];
    apart_a integer[];
    apart_b integer[];
    is_crowded boolean;
    most_subjects constant integer := identity_most('subjects');
    x integer;
    y integer;
    agreed integer;
    across integer;
    is_barred boolean;
    limited text;
    has_moved boolean;
    stopped uuid[] := '{}';
    stopped_why text[] := '{}';
begin
    select array_agg(s.subject_id order by s.subject_id), array_agg(s.source_id order by s.subject_id),
           array_agg(s.source_id = customer_source() order by s.subject_id),
           array_agg(exists (select from reference r where r.customer_id = s.customer_id and r.subject_id = s.subject_id
                             and r.type <> 'anonymous_id') order by s.subject_id)
    into ids, sources, claimed, numbered
    from subject s where s.subject_id = any (wanted);
    label := array(select generate_subscripts(ids, 1));
    select array_agg(k.bond_id order by k.rank, k.weight desc, k.subject_id, k.other_id, k.is_accepted desc),
           array_agg(k.one order by k.rank, k.weight desc, k.subject_id, k.other_id, k.is_accepted desc),
           array_agg(k.two order by k.rank, k.weight desc, k.subject_id, k.other_id, k.is_accepted desc),
           array_agg(k.rank order by k.rank, k.weight desc, k.subject_id, k.other_id, k.is_accepted desc),
           array_agg(k.is_accepted order by k.rank, k.weight desc, k.subject_id, k.other_id, k.is_accepted desc),
           array_agg(k.one) filter (where k.is_alike), array_agg(k.two) filter (where k.is_alike)
    into bonds, a, b, rank, accepted, alike_a, alike_b
    from (
        select k.bond_id, k.subject_id, k.other_id, k.weight, k.decided_at is not null as is_accepted,
               array_position(ids, k.subject_id) as one, array_position(ids, k.other_id) as two,
               array_position(array['verified', 'device', 'customer', 'strong', 'possible'], k.tier) as rank,
               (k.reaches or k.tier in ('customer', 'verified', 'device'))
                   and row_number() over (partition by k.subject_id, k.other_id
                                          order by k.reaches or k.tier in ('customer', 'verified', 'device') desc) = 1 as is_alike
        from bond k
        where k.subject_id = any (ids) and k.other_id = any (ids) and k.ended_at is null
          and k.held_why is distinct from 'too-many-merges') k;
    select array_agg(array_position(ids, p.one)), array_agg(array_position(ids, p.two))
    into apart_a, apart_b
    from (
        select z.subject_id as one, z.other_id as two from separation z
        where z.subject_id = any (ids) and z.other_id = any (ids)
        union all
        select own.subject_id, n.subject_id from subject own join cannot_link n on n.customer_id = own.customer_id
        where own.subject_id = any (ids) and own.source_id = customer_source() and n.subject_id = any (ids)) p;
    select array_agg(case when not numbered[n.place] and exists (
               select from generate_subscripts(bonds, 1) i where rank[i] = 2 and n.place in (a[i], b[i])) then 0 else 1 end
               order by n.place)
    into size
    from generate_subscripts(ids, 1) as n (place);
    is_crowded := exists (
        select from identifier i join subject s on s.customer_id = i.customer_id and s.subject_id = i.subject_id
        join identity_limit l on l.name = i.type
        where s.subject_id = any (ids) group by i.type, l.most having count(distinct i.blind) > l.most);

    for phase in 1 .. 2 loop -- claimed dossiers first, then everybody else
        loop
            has_moved := false;
            for i in 1 .. coalesce(cardinality(bonds), 0) loop
                exit when rank[i] > 2 + phase;
                x := label[a[i]];
                y := label[b[i]];
                continue when x = y or claimed[x]::integer + claimed[y]::integer <> 2 - phase;
                is_barred := false;
                for k in 1 .. coalesce(cardinality(apart_a), 0) loop
                    is_barred := is_barred or (label[apart_a[k]] = x and label[apart_b[k]] = y)
                        or (label[apart_a[k]] = y and label[apart_b[k]] = x);
                end loop;
                continue when is_barred;
                if rank[i] = 4 then
                    agreed := 0;
                    for k in 1 .. coalesce(cardinality(alike_a), 0) loop
                        if (label[alike_a[k]] = x and label[alike_b[k]] = y) or (label[alike_a[k]] = y and label[alike_b[k]] = x) then
                            agreed := agreed + 1;
                        end if;
                    end loop;
                    across := cardinality(array_positions(label, x)) * cardinality(array_positions(label, y));
                    continue when 2 * agreed <= across;
                elsif rank[i] <> 3 then
                    continue when exists (
                        select from unnest(array_positions(label, x)) mine (n), unnest(array_positions(label, y)) theirs (n)
                        where sources[mine.n] = sources[theirs.n] and numbered[mine.n] and numbered[theirs.n]);
                end if;
                limited := null;
                if rank[i] <> 3 and not accepted[i] then
                    if size[x] + size[y] > most_subjects then
                        limited := 'too-many-subjects';
                    elsif is_crowded and exists (
                        select from identifier i
                        join subject s on s.customer_id = i.customer_id and s.subject_id = i.subject_id
                        join identity_limit l on l.name = i.type
                        where s.subject_id in (
                            select ids[m.n] from unnest(array_positions(label, x) || array_positions(label, y)) m (n))
                        group by i.type, l.most having count(distinct i.blind) > l.most) then
                        limited := 'too-many-identifiers';
                    end if;
                end if;
                if limited is not null then
                    stopped := stopped || bonds[i];
                    stopped_why := stopped_why || limited;
                    continue;
                end if;
                label := array_replace(label, y, x);
                claimed[x] := claimed[x] or claimed[y];
                size[x] := size[x] + size[y];
                has_moved := true;
            end loop;
            exit when phase = 2 or not has_moved;
        end loop;
    end loop;
    return query select ids[n], label[n], null::uuid, null::text from generate_subscripts(ids, 1) n;
    return query
        select distinct on (stopped[n]) null::uuid, null::integer, stopped[n], stopped_why[n]
        from generate_subscripts(stopped, 1) n
        where label[a[array_position(bonds, stopped[n])]] <> label[b[array_position(bonds, stopped[n])]]
        order by stopped[n], n desc;
end
$$;
