-- Rules: of which incoming records an organization is told at once. Arrivals wait here for a moment; a firing stays, with why.

create table rule (
    organization_id uuid not null references organization,
    rule_id         uuid not null,
    name            text not null,
    purpose         text not null references purpose,
    records         text[] not null check (cardinality(records) > 0),
    expression      text not null,
    topic           text not null,
    channels        text[] not null,
    sender          text not null check (sender in ('human', 'computer')),
    client_id       text not null,
    registered_at   timestamptz not null,
    ended_at        timestamptz,
    primary key (organization_id, rule_id)
);
comment on table rule is 'When an organization wants to be told of an incoming record: an expression in CEL over that record.';
comment on column rule.records is 'The records that it is asked about, as kind/type.';
comment on column rule.client_id is 'The program that registered it, and looks.';

create table rule_arrival (
    customer_id uuid not null,
    record_id   uuid not null,
    source_id   uuid not null,
    subject_id  uuid not null,
    what        text not null,
    at          timestamptz not null,
    queued_at   timestamptz not null,
    left_to     uuid[],
    primary key (customer_id, record_id)
);
create index rule_arrival_waiting on rule_arrival (queued_at) where left_to is null;
create index rule_arrival_left on rule_arrival (queued_at) where left_to is not null;
comment on table rule_arrival is 'Records that came in and that some rule asks about; each goes when its rules were asked.';
comment on column rule_arrival.left_to is 'The rules that are still to be asked, of organizations whose rules took too long in a round; null: all.';
alter table rule_arrival set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table firing (
    customer_id     uuid not null,
    firing_id       uuid not null,
    organization_id uuid not null,
    rule_id         uuid not null,
    record_id       uuid not null,
    facts           jsonb not null,
    at              timestamptz not null,
    primary key (customer_id, firing_id)
);
create index firing_organization on firing (organization_id, rule_id, at);
comment on table firing is 'That a rule said yes to a record, and why; the digest of `facts` stands in the consent log.';
comment on column firing.facts is 'The rule, its expression, what it names, the kind of record and the contact decision; no value.';

-- What some rule asks about, as kind/type: whoever stores notes the arrival of these and of nothing else.
create function watched_types() returns text[]
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return (select coalesce(array_agg(distinct w.what order by w.what), '{}')
            from rule r, unnest(r.records) as w (what) where r.ended_at is null);
end
$$;

-- Some of what waits, the oldest first, each with whom it is about by now; one hand at a time asks. What was left of an earlier
-- round comes behind what is new, a quarter as many, so that rules that take long keep no others waiting.
create function waiting_arrivals(most integer)
returns table (customer_id uuid, record_id uuid, what text, at timestamptz, current_id uuid, left_to uuid[])
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    if not is_sealed('operator') then
        return;
    end if;
    return query
        select a.customer_id, a.record_id, a.what, a.at, s.customer_id, a.left_to
        from ((select * from rule_arrival x where x.left_to is null order by x.queued_at limit most)
              union all
              (select * from rule_arrival x where x.left_to is not null order by x.queued_at limit (most + 3) / 4)) a
        left join subject s on s.source_id = a.source_id and s.subject_id = a.subject_id;
end
$$;

-- Which rules ask about these records, of organizations that the customers permit the purpose of the rule anything.
-- out  the rule, and the places of the records in what was given, from one
create function rules_due(customers uuid[], whats text[])
returns table (organization_id uuid, purpose text, client_id text, rule_id uuid, name text, records text[], expression text, topic text,
    channels text[], sender text, places integer[])
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    if not is_sealed('operator') then
        return;
    end if;
    return query
        select r.organization_id, r.purpose, r.client_id, r.rule_id, r.name, r.records, r.expression, r.topic, r.channels, r.sender,
            array_agg(a.place::integer order by a.place)
        from unnest(customers, whats) with ordinality as a (customer_id, what, place)
        join rule r on r.ended_at is null and a.what = any (r.records)
        join client k on k.client_id = r.client_id and k.revoked_at is null
        join permission p on p.customer_id = a.customer_id and p.recipient_id = r.organization_id and p.purpose = r.purpose
        where p.expires_at > statement_timestamp() or p.attested_expires_at > statement_timestamp()
        group by r.organization_id, r.rule_id;
end
$$;

-- Let go of arrivals whose rules were asked; those of which some are left wait on, behind what was left before them.
-- in   arrays; what is left has a place for each of its rules
-- out  how many there were
create function finish_arrivals(customers uuid[], records uuid[], left_customers uuid[] default '{}', left_records uuid[] default '{}',
    left_rules uuid[] default '{}')
returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    done integer;
begin
    if not is_sealed('operator') then
        return 0;
    end if;
    update rule_arrival a
    set left_to = l.rules, queued_at = statement_timestamp()
    from (select x.customer_id, x.record_id, array_agg(x.rule_id) as rules
          from unnest(left_customers, left_records, left_rules) as x (customer_id, record_id, rule_id)
          group by x.customer_id, x.record_id) l
    where a.customer_id = l.customer_id and a.record_id = l.record_id;
    delete from rule_arrival a
    using unnest(customers, records) as d (customer_id, record_id)
    where a.customer_id = d.customer_id and a.record_id = d.record_id;
    get diagnostics done = row_count;
    return done;
end
$$;

-- Keep that rules of the organization in scope said yes, put it into the consent log, and have the organization told: of
-- whoever permits its purpose anything, each firing once.
-- out  how many are new
create function note_firings(customers uuid[], firings uuid[], rules uuid[], records uuid[], told text[], digests bytea[])
returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_organization('exporter');
    f record;
    fresh integer := 0;
begin
    for f in
        with noted as (
            insert into firing (customer_id, firing_id, organization_id, rule_id, record_id, facts, at)
            select p.customer_id, n.firing_id, me, r.rule_id, n.record_id, n.told::jsonb, statement_timestamp()
            from unnest(customers, firings, rules, records, told) as n (customer_id, firing_id, rule_id, record_id, told)
            join permission p on p.customer_id = n.customer_id and p.recipient_id = me and p.purpose = app_purpose()
            join rule r on r.organization_id = me and r.rule_id = n.rule_id and r.purpose = app_purpose()
            where p.expires_at > statement_timestamp() or p.attested_expires_at > statement_timestamp()
            on conflict (customer_id, firing_id) do nothing
            returning firing.*
        )
        select noted.*, d.digest from noted join unnest(firings, digests) as d (firing_id, digest) using (firing_id)
    loop
        perform log_statement('firing', f.customer_id, f.firing_id, me, f.digest, f.at);
        insert into change (organization_id, customer_id, kind, purpose, at, told)
        values (me, f.customer_id, 'rule', app_purpose(), f.at, f.facts - '{expression,uses}'::text[]
            || jsonb_build_object('firing_id', f.firing_id));
        fresh := fresh + 1;
    end loop;
    return fresh;
end
$$;

-- Some of what rules said of the records of the customer in scope, newest first: what stands behind one place of that list.
create function own_firings(before timestamptz, before_id uuid, most integer) returns setof firing
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
        select f.* from firing f
        where f.customer_id = any (own_customers()) and (f.at, f.firing_id) < (before, before_id)
        order by f.at desc, f.firing_id desc
        limit most;
end
$$;

-- Part with what rules said about somebody, when they leave.
create function forget_firings(everyone uuid[]) returns void
language sql
as $$
    delete from rule_arrival a where a.customer_id = any (everyone);
    delete from firing f where f.customer_id = any (everyone);
$$;

-- Part with the rules of an organization, when it leaves; that they fired stays the customers' history.
create function remove_rules(organization uuid) returns void
language sql
as $$
    delete from rule r where r.organization_id = organization;
$$;
