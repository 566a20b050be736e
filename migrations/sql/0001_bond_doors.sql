-- What the matcher, the customer and the operator may do with bonds.

-- With whom these subjects have a bond that rests on likeness: whoever compares them anew, compares them with these, too.
create function bonded_with(subjects uuid[]) returns table (subject_id uuid, other_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
begin
    if not is_sealed('matcher') then
        return;
    end if;
    return query
        select w.subject_id, b.other_id from unnest(subjects) as w (subject_id)
        join bond b on b.subject_id = w.subject_id and b.ended_at is null and b.why = 'match'
        union all
        select w.subject_id, b.subject_id from unnest(subjects) as w (subject_id)
        join bond b on b.other_id = w.subject_id and b.ended_at is null and b.why = 'match';
end
$$;

-- What is known for certain of these subjects and others: one person by what was proven or said, or two. What is only alike is
-- not among it.
create function said_of(subjects uuid[]) returns table (subject_id uuid, other_id uuid, is_same boolean)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
begin
    if not is_sealed('matcher') then
        return;
    end if;
    return query
        select b.subject_id, b.other_id, true
        from unnest(subjects) as w (subject_id) join bond b on w.subject_id in (b.subject_id, b.other_id)
        where b.ended_at is null and b.held_why is null and b.tier in ('customer', 'verified')
        union
        select x.subject_id, x.other_id, false
        from unnest(subjects) as w (subject_id) join separation x on x.subject_id = w.subject_id
        union
        select s.subject_id, n.subject_id, false
        from unnest(subjects) as w (subject_id)
        join subject s on s.subject_id = w.subject_id
        join cannot_link n on n.customer_id = s.customer_id;
end
$$;

-- Whether all that two subjects are known by in common is shared by more than three people: then it says little of either.
create function share_only_common(one uuid, other uuid) returns boolean
language sql stable
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
    select coalesce(bool_and((
        select count(*) from (
            select distinct x.customer_id from identifier x where x.type = shared.type and x.blind = shared.blind limit 5) crowd) > 3), false)
    from (
        select mine.type, mine.blind
        from subject a join identifier mine on mine.customer_id = a.customer_id and mine.subject_id = a.subject_id
        join identifier theirs on theirs.type = mine.type and theirs.blind = mine.blind and theirs.subject_id = other
        where a.subject_id = one and mine.type in ('email', 'phone')) shared
$$;

-- Keep what likeness says of pairs, all at once. What was strong stays so until it falls below what staying needs; what an
-- operator has to look at waits. Across organizations it is no more than possible, whatever the matcher says. Two whom somebody
-- called two people are never compared again.
-- in   the pairs as arrays, each once and with the smaller id first; the rest as of keep_matches
-- out  subjects whose membership may follow, one of each such pair
create function put_matches(ones uuid[], twos uuid[], tiers text[], weights real[], evidence text[], version text, joins real,
    stays real, moment timestamptz)
returns uuid[]
language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
declare
    put bond[];
    touched uuid[];
    is_known boolean;
begin
    perform from bond b
    where b.bond_id in (
        select k.bond_id from unnest(ones, twos) as p (one, two)
        join bond k on k.subject_id = p.one and k.other_id = p.two and k.why = 'match' and k.ended_at is null)
    order by b.subject_id, b.other_id for update;
    select array_agg(row(g.bond_id, g.one, g.two, 'match', g.grade, g.bits, g.reached, g.facts, version, moment, g.hold,
               case when g.hold is not null then moment end, null, null,
               case when g.stood <> g.grade then 'changed' end)::bond order by g.one, g.two),
           array_agg(g.one) filter (where case
               when g.stood = g.grade then (g.grade = 'strong' and g.weighed <> g.bits) or g.reached <> g.did_reach
               else 'strong' in (g.grade, coalesce(g.stood, '')) or g.reached <> coalesce(g.did_reach, false) end),
           bool_or(g.bond_id is not null)
    into put, touched, is_known
    from (
        select j.*, case when j.grade = 'strong' and j.stood is distinct from 'strong'
                              and is_breaker_open('strong-merges', moment, j.source_id) then 'too-many-merges' end as hold
        from (
            select p.one, p.two, p.bits, p.facts::jsonb as facts, a.source_id,
                   k.bond_id, k.tier as stood, k.weight as weighed, k.reaches as did_reach,
                   coalesce(p.bits >= joins, p.tier <> 'possible') or coalesce(k.reaches and p.bits >= stays, false) as reached,
                   case when a.source_id <> b.source_id then 'possible'
                        when k.tier = 'strong' and (p.tier <> 'possible' or p.bits >= stays) then 'strong'
                        when p.tier <> 'possible' and not share_only_common(p.one, p.two) then 'strong'
                        else 'possible' end as grade
            from unnest(ones, twos, tiers, weights, evidence) as p (one, two, tier, bits, facts)
            join subject a on a.subject_id = p.one
            join subject b on b.subject_id = p.two
            left join bond k on k.subject_id = p.one and k.other_id = p.two and k.why = 'match' and k.ended_at is null
            where p.one < p.two -- and nobody said that they are two people: are_two_people
              and not exists (select from separation x where x.subject_id = p.one and x.other_id = p.two)
              and not exists (select from cannot_link n where n.customer_id = a.customer_id and n.subject_id = p.two)
              and not exists (select from cannot_link n where n.customer_id = b.customer_id and n.subject_id = p.one)
            offset 0
        ) j
    ) g;
    if is_known then
        update bond b set weight = p.weight, reaches = p.reaches, evidence = p.evidence, model = version
        from unnest(put) p where b.bond_id = p.bond_id and p.ended_why is null;
        update bond b set ended_at = moment, ended_why = p.ended_why
        from unnest(put) p where b.bond_id = p.bond_id and p.ended_why is not null;
    end if;
    insert into bond (bond_id, subject_id, other_id, why, tier, weight, reaches, evidence, model, at, held_why, held_at)
    select gen_random_uuid(), p.subject_id, p.other_id, p.why, p.tier, p.weight, p.reaches, p.evidence, p.model, p.at, p.held_why,
           p.held_at
    from unnest(put) p where p.bond_id is null or p.ended_why is not null
    on conflict do nothing;
    return touched;
end
$$;

-- Which of these subjects have anybody to be one person with, or to part from: a bond that joins, or somebody beside them.
create function not_alone(subjects uuid[]) returns uuid[]
language sql stable
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
    select array_agg(s.subject_id order by s.subject_id)
    from (select distinct w from unnest(subjects) w) as s (subject_id)
    where exists (select from bond b where b.subject_id = s.subject_id and b.ended_at is null and b.tier <> 'possible')
       or exists (select from bond b where b.other_id = s.subject_id and b.ended_at is null and b.tier <> 'possible')
       or exists (select from subject me join subject mate on mate.customer_id = me.customer_id
                  where me.subject_id = s.subject_id and mate.subject_id <> me.subject_id)
$$;

-- Replace what likeness says of some subjects, and bring membership in line with it. Where there is no pair it goes on as with
-- some: to end early would let a source tell by the time that nobody was found.
-- in   who was compared: what stood of them and is not among the pairs, ends; the pairs as arrays, each with the smaller id
--      first: tier (strong or possible), bits, evidence (JSON of field to level and bits); the model's version; the bits that
--      joining and staying need
-- out  number of subjects that changed their customer
create function keep_matches(compared uuid[], subjects uuid[], others uuid[], tiers text[], weights real[], evidence text[],
    model text, moment timestamptz, joins real default null, stays real default null)
returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
declare
    touched uuid[];
    ended uuid[];
    subject uuid;
    moved integer := 0;
begin
    if not is_sealed('matcher') then
        perform refuse('refused');
    end if;
    select put_matches(array_agg(p.one), array_agg(p.two), array_agg(p.tier), array_agg(p.bits), array_agg(p.facts),
               keep_matches.model, joins, stays, moment)
    into touched
    from (
        select distinct on (1, 2) least(p.one, p.two) as one, greatest(p.one, p.two) as two, p.tier, p.bits, p.facts
        from unnest(subjects, others, tiers, weights, evidence) as p (one, two, tier, bits, facts)
        where p.tier <> 'none'
        order by 1, 2
    ) p
    where not exists ( -- what stands in just these words stays as it is: of everybody compared anew that is nearly all
            select from bond b
            where b.subject_id = p.one and b.other_id = p.two and b.why = 'match'
              and b.ended_at is null and b.tier = p.tier and b.weight = p.bits and b.evidence = p.facts::jsonb
              and b.model = keep_matches.model and b.reaches = (coalesce(p.bits >= joins, p.tier <> 'possible')
                or coalesce(b.reaches and p.bits >= stays, false)));
    ended := array(
        select x.bond_id
        from (
            select x.bond_id, x.subject_id, x.other_id
            from bond x where x.subject_id = any (compared) and x.ended_at is null and x.why = 'match'
            union all
            select x.bond_id, x.subject_id, x.other_id
            from bond x where x.other_id = any (compared) and x.ended_at is null and x.why = 'match') x
        where (x.subject_id, x.other_id) not in (
            select least(p.one, p.two), greatest(p.one, p.two)
            from unnest(subjects, others, tiers) as p (one, two, tier) where p.tier <> 'none'));
    if cardinality(ended) > 0 then
        with gone as (
            update bond b set ended_at = moment, ended_why = 'no-longer-alike'
            where b.bond_id = any (ended) and b.ended_at is null
            returning b.subject_id, b.tier, b.reaches
        )
        select touched || array_agg(g.subject_id) filter (where g.tier = 'strong' or g.reaches) into touched from gone g;
    end if;
    foreach subject in array coalesce(not_alone(touched), '{}') loop
        moved := moved + settle_membership(array[subject], 'no-longer-alike', moment);
    end loop;
    return moved;
end
$$;

-- What makes the subjects of the customer in scope one person: the bonds between them, and nobody else's.
create function own_bonds()
returns table (subject_id uuid, other_id uuid, why text, tier text, evidence jsonb, model text, at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    me uuid := scope_customer('customer');
begin
    return query
        select b.subject_id, b.other_id, b.why, b.tier, b.evidence, b.model, b.at
        from subject s join bond b on b.subject_id = s.subject_id
        where s.customer_id = me and b.ended_at is null and b.held_why is null
          and exists (select from subject x where x.customer_id = me and x.subject_id = b.other_id)
        order by array_position(array['customer', 'verified', 'device', 'strong', 'possible'], b.tier), b.at, b.bond_id;
end
$$;

-- Write down for these customers that an operator looked at whether they are one person, or decided it.
create function note_look(customers uuid[], why text) returns void
language sql
as $$
    insert into access (customer_id, at, access_id, client_id, principal, path, asked, released, records, outcome, reason)
    select distinct on (who) who, statement_timestamp(), gen_random_uuid(), app_client(), 'operator', 'identity-review',
           '{}'::text[], '{}'::text[], 0, 'released', why
    from unnest(customers) who
$$;

-- End what makes two subjects one person, and say that they are two, whoever claims them.
create function keep_apart(one uuid, other uuid, moment timestamptz) returns void
language sql
as $$
    update bond b set ended_at = moment, ended_why = 'operator'
    where b.subject_id = least(one, other) and b.other_id = greatest(one, other) and b.ended_at is null;
    insert into separation (subject_id, other_id, by, at) values (least(one, other), greatest(one, other), 'operator', moment)
    on conflict do nothing;
$$;

-- Write down that an operator has explained to them how alike these subjects are.
-- out  how many dossiers that is
create function note_explained(subjects uuid[]) returns bigint
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    customers uuid[] := array(select distinct s.customer_id from subject s where s.subject_id = any (subjects));
begin
    if not is_sealed('operator') then
        perform refuse('refused');
    end if;
    perform note_look(customers, 'identity-explained');
    return cardinality(customers);
end
$$;

-- What waits for an operator, oldest first, with what it rests on: levels and bits. Whoever it is about sees that somebody looked.
create function held_bonds(at_most integer, only_one uuid default null)
returns table (bond_id uuid, held_why text, held_at timestamptz, why text, tier text, weight real, evidence jsonb, model text,
    one_subject uuid, other_subject uuid, one_source uuid, other_source uuid, one_size bigint, other_size bigint, is_claimed boolean)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    if not is_sealed('operator') then
        return;
    end if;
    return query
        with waiting as materialized (
            select b.*, one.customer_id as one_customer, other.customer_id as other_customer,
                   one.source_id as one_source, other.source_id as other_source
            from bond b
            join subject one on one.subject_id = b.subject_id
            join subject other on other.subject_id = b.other_id
            where b.held_at is not null and b.ended_at is null and (only_one is null or b.bond_id = only_one)
            order by b.held_at, b.bond_id
            limit at_most
        ), noted as materialized (
            select note_look(array(select who from waiting w, unnest(array[w.one_customer, w.other_customer]) who),
                'identity-review')
        )
        select w.bond_id, w.held_why, w.held_at, w.why, w.tier, w.weight, w.evidence, w.model,
               w.subject_id, w.other_id, w.one_source, w.other_source,
               (select count(*) from subject s where s.customer_id = w.one_customer),
               (select count(*) from subject s where s.customer_id = w.other_customer),
               exists (select from customer c where c.customer_id in (w.one_customer, w.other_customer) and c.claimed_at is not null)
        from waiting w cross join noted order by w.held_at, w.bond_id;
end
$$;

-- Let what was held join, whatever the limits say, or keep the two apart for good.
-- out  whether they are one person now
create function decide_bond(wanted uuid, is_accepted boolean, moment timestamptz) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    held bond;
begin
    if not is_sealed('operator') then
        perform refuse('refused');
    end if;
    select * into held from bond b where b.bond_id = wanted and b.held_at is not null and b.ended_at is null for update;
    if held.bond_id is null then
        perform refuse('not-found');
    end if;
    perform note_look(array(select s.customer_id from subject s where s.subject_id in (held.subject_id, held.other_id)),
        case when is_accepted then 'identity-accepted' else 'identity-refused' end);
    if is_accepted then
        update bond b set decided_at = moment, held_why = null, held_at = null where b.bond_id = wanted;
    else
        update bond b set decided_at = moment where b.bond_id = wanted;
        perform keep_apart(held.subject_id, held.other_id, moment);
    end if;
    perform settle_membership(array[held.subject_id, held.other_id], 'operator', moment);
    return (select count(distinct s.customer_id) = 1 from subject s where s.subject_id in (held.subject_id, held.other_id));
end
$$;

-- Undo that two subjects became one person, for good: an operator, while nobody claimed them. Whoever logs in does it themselves.
-- out  whether they are two people now
create function part_subjects(one uuid, other uuid, moment timestamptz) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    whose uuid;
begin
    if not is_sealed('operator') then
        perform refuse('refused');
    end if;
    perform from subject s where s.subject_id in (one, other) order by s.subject_id for update;
    select c.customer_id into whose
    from subject a join subject b on b.customer_id = a.customer_id join customer c on c.customer_id = a.customer_id
    where a.subject_id = one and b.subject_id = other and one <> other and c.claimed_at is null;
    if whose is null then
        perform refuse('not-found', 'subject');
    end if;
    perform note_look(array[whose], 'identity-refused');
    perform keep_apart(one, other, moment);
    perform settle_membership(array[one, other], 'operator', moment);
    return (select count(distinct s.customer_id) = 2 from subject s where s.subject_id in (one, other));
end
$$;
