-- Is this you? A record that may be the customer's becomes theirs by a proof: a code to an address or number in the record
-- itself, or one that the organization gave to the person whom it knows. Before that nothing of it is shown, and three wrong
-- codes of a customer in thirty days end their asking.

create table question (
    customer_id uuid not null,
    subject_id  uuid not null,
    asked_at    timestamptz not null,
    answer      text check (answer in ('yes', 'no', 'unknown')),
    answered_at timestamptz,
    primary key (customer_id, subject_id)
);
create index question_subject on question (subject_id);
comment on table question is 'Is this you? What was asked about a subject of somebody whom nobody claimed, and what was answered.';

create table question_code (
    customer_id uuid not null,
    code_id     uuid not null,
    subject_id  uuid not null,
    code_hash   bytea not null check (octet_length(code_hash) = 32),
    sent_at     timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    primary key (customer_id, code_id)
);
create index question_code_subject on question_code (subject_id);
comment on table question_code is 'Codes sent to an address or number in a record, to prove that it is the customer''s.';

create table question_try (
    customer_id uuid not null,
    try_id      uuid not null,
    subject_id  uuid not null,
    at          timestamptz not null,
    primary key (customer_id, try_id)
);
create index question_try_subject on question_try (subject_id);
comment on table question_try is 'Wrong codes: three of a customer in thirty days are enough; of how many customers for one record, is bounded.';

create table confirmation (
    code_hash       bytea primary key check (octet_length(code_hash) = 32),
    organization_id uuid not null,
    subject_id      uuid not null,
    made_at         timestamptz not null,
    expires_at      timestamptz not null,
    used_at         timestamptz
);
create index confirmation_subject on confirmation (subject_id);
comment on table confirmation is 'Codes that an organization gave to a person whom it knows, good for its own subject alone.';

-- What anybody was asked about these subjects, and the codes and tries; part of an erasure.
create function forget_questions(subjects uuid[]) returns void
language sql
begin atomic
    delete from question q where q.subject_id = any (subjects);
    delete from question_code c where c.subject_id = any (subjects);
    delete from question_try t where t.subject_id = any (subjects);
    delete from confirmation k where k.subject_id = any (subjects);
end;

-- Whether an address or number proves something where it stands: its source verified it, or the record came with it, has no
-- other of its kind, and has stood for a day without one. Whoever has a write key could write one to somebody else's record
-- at any later time, and make a record of their own for somebody who is about to come.
create function is_first_said(said identifier, moment timestamptz) returns boolean
language sql stable
return said.is_verified
    or exists (select from subject s where s.customer_id = said.customer_id and s.subject_id = said.subject_id
               and said.since <= s.created_at and s.created_at < moment - interval '1 day')
    and not exists (select from identifier other where other.customer_id = said.customer_id and other.subject_id = said.subject_id
                    and other.type = said.type and other.blind <> said.blind);

-- What of a subject proves whose it is. What more than three people have does not. Where others' records hang on it, too, it
-- has to prove whose those are as well, or somebody has verified it: else whoever writes a record that is like somebody's, or
-- makes a device theirs, would get theirs with it.
create function proving_identifiers(subject uuid, moment timestamptz)
returns table (type text, blind bytea)
language plpgsql stable
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
        select i.type, i.blind
        from subject s join identifier i on i.customer_id = s.customer_id and i.subject_id = s.subject_id
        where s.subject_id = proving_identifiers.subject and i.type in ('email', 'phone') and is_first_said(i, moment)
          and (i.is_verified or not exists (
                  select from subject beside
                  where beside.customer_id = s.customer_id and beside.subject_id <> s.subject_id
                    and exists (select from reference r where r.customer_id = beside.customer_id
                                and r.subject_id = beside.subject_id and r.type <> 'anonymous_id')
                    and not exists (
                      select from identifier same
                      where same.customer_id = beside.customer_id and same.subject_id = beside.subject_id
                        and same.type = i.type and same.blind = i.blind and is_first_said(same, moment))))
          and (select count(*) from (
                  select distinct crowd.customer_id from identifier crowd join customer c using (customer_id)
                  where crowd.type = i.type and crowd.blind = i.blind and c.claimed_at is null and c.merged_into is null
                  limit 4) found) <= 3;
end
$$;

-- The subjects that may be this customer's, and that they have not spoken about: people whom nobody claimed, known by an
-- identifier that the customer proved, or like a subject of theirs. What is of a special category does not even say whose
-- it is; nor does what was found by likeness alone.
-- out  own_subject and sealed: the customer's own identifier that is the same, of what was found by one
create function candidates_of(me uuid, moment timestamptz)
returns table (subject_id uuid, guest uuid, source_id uuid, is_special boolean, type text, own_subject uuid, sealed bytea)
language plpgsql stable
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
        with same as (
            select theirs.subject_id, theirs.customer_id as guest, theirs.source_id, mine.type, mine.blind,
                   named.subject_id as own_subject, named.sealed, 1000::real as weight
            from identifier mine
            join reference named on named.source_id = customer_source() and named.blind = mine.blind and named.customer_id = me
            join identifier theirs on theirs.type = mine.type and theirs.blind = mine.blind and theirs.customer_id <> me
            where mine.customer_id = me and mine.source_id = customer_source() and mine.is_verified
        ), alike as (
            select s.subject_id, s.customer_id as guest, s.source_id, null::text as type, null::bytea as blind,
                   null::uuid as own_subject, null::bytea as sealed, b.weight
            from subject own
            cross join lateral (
                select x.other_id as subject_id, x.weight from bond x
                where x.subject_id = own.subject_id and x.ended_at is null and x.held_why is null and x.why = 'match'
                union all
                select x.subject_id, x.weight from bond x
                where x.other_id = own.subject_id and x.ended_at is null and x.held_why is null and x.why = 'match') b
            join subject s on s.subject_id = b.subject_id
            where own.customer_id = me and s.customer_id <> me
        ), either_way as (
            select distinct on (f.subject_id) f.* from (select * from same union all select * from alike) f
            order by f.subject_id, f.weight desc, f.type
        )
        select f.subject_id, f.guest, f.source_id,
            exists (select from record r join category k using (category)
                    where r.customer_id = f.guest and r.subject_id = f.subject_id and k.is_special)
            or exists (select from interaction i join category k using (category)
                       where i.customer_id = f.guest and i.subject_id = f.subject_id and k.is_special),
            f.type, f.own_subject, f.sealed
        from either_way f
        where may_join(f.guest, me)
          and not exists (select from question q
                          where q.customer_id = me and q.subject_id = f.subject_id and q.answer is not null
                            and (q.answer <> 'unknown' or q.answered_at > moment - interval '30 days'))
          and exists (select from proving_identifiers(f.subject_id, moment) p
                      where f.blind is null or (p.type = f.type and p.blind = f.blind))
        order by f.weight desc, f.subject_id
        limit 10;
end
$$;

create function candidates(moment timestamptz)
returns table (subject_id uuid, source_id uuid, is_special boolean, type text, own_subject uuid, sealed bytea)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
        select c.subject_id, c.source_id, c.is_special, c.type, c.own_subject, c.sealed
        from candidates_of(scope_customer('customer'), moment) c;
end
$$;

-- Where a code to prove a candidate can go: what its source said of addresses and numbers, all of it sealed under its key,
-- and which of them count. For the platform, to send and to show how one ends; nobody else is told.
create function proof_targets(customer uuid, subject uuid, moment timestamptz)
returns table (record_id uuid, type text, sealed bytea, wrapped bytea, types text[], blinds bytea[])
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    if not is_sealed('doorman') then
        return;
    end if;
    return query
        select r.record_id, r.type, r.sealed, k.wrapped, counted.types, counted.blinds
        from candidates_of(customer, moment) c
        join data_key k on k.customer_id = c.guest and k.subject_id = c.subject_id
        join record r on r.customer_id = c.guest and r.subject_id = c.subject_id and r.kind = 'attributes'
            and r.type in ('email', 'phone', 'mobile_phone')
        cross join lateral (
            select array_agg(p.type) as types, array_agg(p.blind) as blinds from proving_identifiers(c.subject_id, moment) p) counted
        where c.subject_id = proof_targets.subject
        order by r.received_at desc, r.record_id
        limit 50;
end
$$;

-- Write down, for the customer and for whoever the record is of, that a question was asked, a code sent or an answer given.
create function log_question(me uuid, other uuid, step text, is_right boolean) returns void
language plpgsql
as $$
begin
    insert into access (customer_id, at, access_id, client_id, principal, path, asked, released, records, outcome, reason)
    select me, statement_timestamp(), gen_random_uuid(), app_client(), 'customer', step, '{}'::text[], '{}'::text[], 0,
           case when is_right then 'released' else 'refused' end, step
    union all
    select other, statement_timestamp(), gen_random_uuid(), null, 'operator', step, '{}'::text[], '{}'::text[], 0,
           case when is_right then 'released' else 'refused' end, step;
end
$$;

-- Write down that these subjects were asked about, once.
-- out  how many for the first time
create function note_questions(subjects uuid[], moment timestamptz) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    me uuid := scope_customer('customer');
    each record;
    noted integer := 0;
begin
    for each in select c.subject_id, c.guest from candidates_of(me, moment) c where c.subject_id = any (subjects) loop
        insert into question (customer_id, subject_id, asked_at) values (me, each.subject_id, moment) on conflict do nothing;
        if found then
            noted := noted + 1;
            perform log_question(me, each.guest, 'question', true);
        end if;
    end loop;
    return noted;
end
$$;

-- The candidate that a customer sends, types or says something about; refused where they are not asked about it. Those who do
-- so for the same customer or the same record take turns until the transaction ends.
create function asked_about(me uuid, subject uuid, moment timestamptz, out guest uuid, out source_id uuid, out own_subject uuid)
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(4016, turn.number)
    from (select hashtext(w::text) as number from unnest(array[me, subject]) w order by 1) turn;
    select c.guest, c.source_id, c.own_subject into guest, source_id, own_subject
    from candidates_of(me, moment) c where c.subject_id = asked_about.subject;
    if guest is null then
        perform refuse('not-found');
    end if;
end
$$;

-- Keep what a customer says about a candidate, in place of what they said before.
create function keep_answer(me uuid, subject uuid, said text, moment timestamptz) returns void
language sql
as $$
    insert into question (customer_id, subject_id, asked_at, answer, answered_at) values (me, subject, moment, said, moment)
    on conflict (customer_id, subject_id) do update set answer = excluded.answer, answered_at = excluded.answered_at;
$$;

-- Whether a customer typed enough wrong codes; a stranger's never count for them.
create function is_question_spent(me uuid, moment timestamptz) returns boolean
language sql stable
return (select count(*) from question_try t where t.customer_id = me and t.at > moment - interval '30 days') >= 3;

-- Whether so many others guessed at a record, or had codes sent to it, that whoever is only alike has to bring the code of the
-- organization. Whose own proven address stands in it is never kept from it: their code goes where only they read it.
create function is_crowded(me uuid, subject uuid, moment timestamptz) returns boolean
language sql stable
return (select count(distinct t.customer_id) from question_try t
        where t.subject_id = is_crowded.subject and t.customer_id <> me and t.at > moment - interval '30 days') >= 5
    or (select count(distinct q.customer_id) from question_code q
        where q.subject_id = is_crowded.subject and q.customer_id <> me and q.sent_at > moment - interval '30 days') >= 5;

-- Keep a code that is about to be sent: three for a record in thirty days for each who asks, none after three wrong ones, and
-- of those who are only alike five may ask.
-- out  whether it may be sent
create function keep_question_code(customer uuid, subject uuid, id uuid, hash bytea, ends_at timestamptz, moment timestamptz)
returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    candidate record;
begin
    if not is_sealed('doorman') then
        perform refuse('refused');
    end if;
    candidate := asked_about(customer, subject, moment);
    if is_question_spent(customer, moment)
        or (candidate.own_subject is null and is_crowded(customer, subject, moment))
        or (select count(*) from question_code q
            where q.customer_id = customer and q.subject_id = keep_question_code.subject
              and q.sent_at > moment - interval '30 days') >= 3 then
        return false;
    end if;
    insert into question_code (customer_id, code_id, subject_id, code_hash, sent_at, expires_at)
    values (customer, id, subject, hash, moment, ends_at);
    perform log_question(customer, candidate.guest, 'question-code', true);
    return true;
end
$$;

-- Keep a code that the organization in scope gives to the person whom it knows under a user id of its own. One that names
-- nobody, or somebody who is claimed, is the same answer.
create function keep_confirmation(hash bytea, user_blind bytea, ends_at timestamptz, moment timestamptz) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('source');
begin
    if organization is null then
        perform refuse('refused');
    end if;
    insert into confirmation (code_hash, organization_id, subject_id, made_at, expires_at)
    select hash, organization, r.subject_id, moment, ends_at
    from reference r where r.source_id = organization and r.type = 'user_id' and r.blind = user_blind;
end
$$;

-- Take the code that the customer in scope typed about a candidate: the right one makes it theirs. One that the organization
-- gave counts only where the record hangs on nobody else's.
-- in   hash: of the code as sent; confirmed: the same code as an organization would have given it
-- out  joined, wrong, or spent: then it was not even looked at
create function prove_question(subject uuid, hash bytea, confirmed bytea, moment timestamptz) returns text
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_customer('customer');
    own uuid;
    candidate record;
    is_right boolean;
begin
    candidate := asked_about(me, subject, moment);
    if is_question_spent(me, moment) then
        return 'spent';
    end if;
    update question_code q set used_at = moment
    where q.customer_id = me and q.subject_id = prove_question.subject and q.code_hash = hash
      and q.used_at is null and q.expires_at > moment
      and (candidate.own_subject is not null or not is_crowded(me, prove_question.subject, moment));
    is_right := found;
    if not is_right and not exists (
            select from subject s where s.customer_id = candidate.guest and s.source_id <> candidate.source_id) then
        update confirmation k set used_at = moment
        where k.code_hash = confirmed and k.subject_id = prove_question.subject and k.organization_id = candidate.source_id
          and k.used_at is null and k.expires_at > moment;
        is_right := found;
    end if;
    perform log_question(me, candidate.guest, case when is_right then 'question-yes' else 'question-wrong' end, is_right);
    if not is_right then
        insert into question_try (customer_id, try_id, subject_id, at) values (me, gen_random_uuid(), subject, moment);
        return 'wrong';
    end if;
    perform keep_answer(me, subject, 'yes', moment);
    select s.subject_id into own from subject s
    where s.customer_id = me and s.source_id = customer_source() order by s.created_at limit 1;
    if not join_by_word(own, subject, 'customer-said', moment) then
        perform refuse('not-found');
    end if;
    return 'joined';
end
$$;

-- Keep what the customer in scope says about a candidate without a proof: no never joins by itself, unknown asks again in 30
-- days.
create function answer_question(subject uuid, said text, moment timestamptz) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_customer('customer');
    other uuid := (asked_about(me, subject, moment)).guest;
begin
    if said not in ('no', 'unknown') then
        perform refuse('not-found');
    end if;
    perform keep_answer(me, subject, said, moment);
    perform log_question(me, other, case said when 'no' then 'question-no' else 'question-unknown' end, true);
    if said = 'no' then
        insert into cannot_link (customer_id, subject_id, at)
        select me, s.subject_id, moment from subject s where s.customer_id = other
        on conflict do nothing;
    end if;
end
$$;

-- Take a "no" back, so that the question is asked again.
create function reconsider_answer(subject uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_customer('customer');
begin
    delete from question q where q.customer_id = me and q.subject_id = subject and q.answer = 'no';
    if not found then
        perform refuse('not-found');
    end if;
    delete from cannot_link n
    where n.customer_id = me and n.subject_id in (
        select s.subject_id from subject s where s.customer_id in (
            select t.customer_id from subject t where t.subject_id = subject and t.customer_id <> me));
end
$$;
