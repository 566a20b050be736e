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

-- Keep what likeness says of one pair. What was strong stays so until it falls below what staying needs; what an operator
-- has to look at waits. Across organizations it is no more than possible, whatever the matcher says. Two whom somebody called
-- two people are never compared again.
-- out  whether membership may follow
create function keep_match(one uuid, two uuid, said text, bits real, facts jsonb, version text, joins real, stays real,
    moment timestamptz)
returns boolean
language plpgsql
as $$
declare
    known bond;
    grade text;
    reached boolean;
    sources uuid[];
begin
    if one >= two or are_two_people(one, two)
        or (select count(*) from subject s where s.subject_id in (one, two)) < 2 then
        return false;
    end if;
    sources := array(select distinct s.source_id from subject s where s.subject_id in (one, two));
    select * into known from bond b
    where b.subject_id = one and b.other_id = two and b.why = 'match' and b.ended_at is null for update;
    reached := coalesce(bits >= joins, said <> 'possible') or coalesce(known.reaches and bits >= stays, false);
    grade := case
        when cardinality(sources) > 1 then 'possible'
        when known.tier = 'strong' and (said <> 'possible' or bits >= stays) then 'strong'
        when said <> 'possible' and not share_only_common(one, two) then 'strong'
        else 'possible' end;
    if known.tier = grade then
        update bond b set weight = bits, reaches = reached, evidence = facts, model = version where b.bond_id = known.bond_id;
        return (grade = 'strong' and known.weight <> bits) or known.reaches <> reached;
    end if;
    update bond b set ended_at = moment, ended_why = 'changed' where b.bond_id = known.bond_id;
    insert into bond (bond_id, subject_id, other_id, why, tier, weight, reaches, evidence, model, at, held_why, held_at)
    select gen_random_uuid(), one, two, 'match', grade, bits, reached, facts, version, moment, hold.why,
           case when hold.why is not null then moment end
    from (
        select case when grade = 'strong' and is_breaker_open('strong-merges', moment, sources[1]) then 'too-many-merges' end as why
    ) hold
    on conflict do nothing;
    return grade = 'strong' or coalesce(known.tier = 'strong', false) or reached is distinct from coalesce(known.reaches, false);
end
$$;

-- Replace what likeness says of some subjects, and bring membership in line with it.
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
    touched uuid[] := '{}';
    pair record;
    subject uuid;
    moved integer := 0;
begin
    if not is_sealed('matcher') then
        perform refuse('refused');
    end if;
    for pair in
        select least(p.one, p.two) as one, greatest(p.one, p.two) as two, p.tier, p.bits, p.facts
        from unnest(subjects, others, tiers, weights, evidence) as p (one, two, tier, bits, facts)
        where p.tier <> 'none'
          and not exists ( -- what stands in just these words stays as it is: of everybody compared anew that is nearly all
            select from bond b
            where b.subject_id = least(p.one, p.two) and b.other_id = greatest(p.one, p.two) and b.why = 'match'
              and b.ended_at is null and b.tier = p.tier and b.weight = p.bits and b.evidence = p.facts::jsonb
              and b.model = keep_matches.model and b.reaches = (coalesce(p.bits >= joins, p.tier <> 'possible')
                or coalesce(b.reaches and p.bits >= stays, false)))
        order by 1, 2
    loop
        if keep_match(pair.one, pair.two, pair.tier, pair.bits, pair.facts::jsonb, model, joins, stays, moment) then
            touched := touched || pair.one;
        end if;
    end loop;
    with gone as (
        update bond b set ended_at = moment, ended_why = 'no-longer-alike'
        where b.bond_id in (
                select x.bond_id from unnest(compared) as c (subject_id)
                join bond x on x.subject_id = c.subject_id and x.ended_at is null and x.why = 'match'
                union all
                select x.bond_id from unnest(compared) as c (subject_id)
                join bond x on x.other_id = c.subject_id and x.ended_at is null and x.why = 'match')
          and not exists (
                select from unnest(subjects, others, tiers) as p (one, two, tier)
                where least(p.one, p.two) = b.subject_id and greatest(p.one, p.two) = b.other_id and p.tier <> 'none')
        returning b.subject_id, b.tier, b.reaches
    )
    select touched || coalesce(array_agg(g.subject_id) filter (where g.tier = 'strong' or g.reaches), '{}') into touched from gone g;
    for subject in select distinct t from unnest(touched) t order by t loop
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
    one_source uuid, other_source uuid, one_size bigint, other_size bigint, is_claimed boolean)
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
        select w.bond_id, w.held_why, w.held_at, w.why, w.tier, w.weight, w.evidence, w.model, w.one_source, w.other_source,
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
