-- What a customer asks of an organization under the law (GDPR art. 15 to 21): put this right, this is not true, take
-- this away, why did you look. And how they want to hear who looked.

create table demand (
    customer_id     uuid not null,
    demand_id       uuid not null,
    organization_id uuid not null,
    kind            text not null check (kind in ('correct', 'dispute', 'erase', 'look')),
    record_id       uuid,
    access_id       uuid,
    category        text,
    type            text,
    told            uuid[] not null default '{}',
    asked_at        timestamptz not null,
    due_at          timestamptz not null,
    extended_at     timestamptz,
    withdrawn_at    timestamptz,
    answered_at     timestamptz,
    answer          text check (answer in ('done', 'refused')),
    reason          text,
    kept_until      date,
    subject_id      uuid not null,
    words           bytea,
    answer_words    bytea,
    primary key (customer_id, demand_id),
    check ((answered_at is null) = (answer is null))
);
create unique index demand_open on demand (customer_id, coalesce(record_id, access_id), kind)
    where answered_at is null and withdrawn_at is null;
create index demand_organization on demand (organization_id, asked_at, demand_id);
create index demand_id on demand (demand_id);
comment on table demand is 'A request that the law lets a customer make of an organization, and what came of it.';
comment on column demand.organization_id is 'Who has to answer; the nil uuid stands for the platform itself.';
comment on column demand.told is 'The recipients who could see it at that moment and heard that it changed (GDPR art. 19).';
comment on column demand.due_at is 'The end of the last day on which an answer is in time (GDPR art. 12(3), Regulation 1182/71).';
comment on column demand.subject_id is 'The customer''s own subject, whose key seals the words of both sides.';

-- What is asked stands in the consent log, as a digest: the line of whoever reads it cites it.
create function log_demands() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform log_statement('demand', d.customer_id, d.demand_id, d.organization_id, sha256(coalesce(d.words, '')), d.asked_at)
    from fresh d order by d.customer_id, d.demand_id;
    return null;
end
$$;
create trigger logged after insert on demand referencing new table as fresh for each statement execute function log_demands();

create table alert (
    customer_id     uuid not null,
    organization_id uuid not null,
    rhythm          text not null check (rhythm in ('at-once', 'daily')),
    told_until      timestamptz not null,
    told_at         timestamptz,
    primary key (customer_id, organization_id)
);
comment on table alert is 'Of whose looks a customer wants a letter; without a row, none.';

-- What customers ask of the organization in scope, oldest first, behind (after_at, after_id), or one alone. With it come
-- the names that this organization gave the customer and what it said itself, sealed, each with its wrapped key. The
-- customer's words come only `with_words`, and not of what was taken back; where the right value is among them, the same
-- statement writes a line of the customer's log: no line, no value.
create function demands_to(only_one uuid, only_open boolean, after_at timestamptz, after_id uuid, at_most integer, with_words boolean)
returns table (demand jsonb, own_wrapped bytea, source_subject uuid, source_wrapped bytea, held bytea, is_interaction boolean,
    names json, looked_at timestamptz)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('source');
begin
    return query
        with asked as materialized (
            select a.* from demand a
            where a.organization_id = organization
              and (only_one is null or a.demand_id = only_one)
              and (not only_open or a.answered_at is null and a.withdrawn_at is null)
              and (a.asked_at, a.demand_id) > (after_at, after_id)
            order by a.asked_at, a.demand_id
            limit at_most
        ), told as (
            insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, asked, released, records,
                outcome, reason, act_id)
            select a.customer_id, statement_timestamp(), gen_random_uuid(), organization, app_client(), 'service', 'demands',
                array[a.category], array[a.category], 1, 'released', 'asked-to-correct', a.demand_id
            from asked a
            where with_words and a.kind = 'correct' and a.withdrawn_at is null
        )
        select case when with_words and d.withdrawn_at is null then to_jsonb(d) else to_jsonb(d) - 'words' end, own.wrapped, said.subject_id, theirs.wrapped, said.sealed, said.is_interaction,
            (select json_agg(json_build_object('subject', r.subject_id, 'sealed', encode(r.sealed, 'base64'),
                                               'wrapped', encode(k.wrapped, 'base64')) order by r.blind)
             from reference r join data_key k on k.customer_id = r.customer_id and k.subject_id = r.subject_id
             where r.customer_id = d.customer_id and r.source_id = organization and r.type = 'user_id'),
            (select a.at from access a where a.customer_id = d.customer_id and a.access_id = d.access_id
                and a.at between d.asked_at - interval '400 days' and d.asked_at)
        from asked d
        join data_key own on own.customer_id = d.customer_id and own.subject_id = d.subject_id
        left join lateral (
            select r.subject_id, r.sealed, false as is_interaction from record r
            where r.customer_id = d.customer_id and r.record_id = d.record_id and r.source_id = organization
            union all
            select i.subject_id, i.sealed, true from interaction i
            where i.source_id = organization and i.record_id = d.record_id and i.customer_id = d.customer_id) said on true
        left join data_key theirs on theirs.customer_id = d.customer_id and theirs.subject_id = said.subject_id
        order by d.asked_at, d.demand_id;
end
$$;

-- Take away what an organization said about one thing, in every version, once it says that it is erased there.
create function forget_record(customer uuid, organization uuid, record uuid) returns void
language sql
as $$
    with said as (
        select r.subject_id, r.kind, r.type, r.key from record r
        where r.customer_id = customer and r.record_id = record and r.source_id = organization
    ), talks as (
        delete from interaction i where i.customer_id = customer and i.record_id = record and i.source_id = organization
    )
    delete from record r using said
    where r.customer_id = customer and r.subject_id = said.subject_id and r.kind = said.kind and r.type = said.type
      and r.key = said.key;
$$;

-- Keep what the organization in scope answers. A dispute ends with it, and what is erased there goes here; who may see
-- it hears so. More time can be taken once, for two months, before the day is over.
create function answer_demand(wanted uuid, said text, why text, until date, sealed bytea, later timestamptz, moment timestamptz)
returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    d demand;
    source uuid;
begin
    select x.* into d from demand x
    where x.demand_id = wanted and x.organization_id = scope_organization('source') for update;
    if d.demand_id is null then
        perform refuse('not-found');
    elsif d.answered_at is not null or d.withdrawn_at is not null then
        perform refuse('already-answered');
    end if;
    if said = 'extended' then
        if d.extended_at is not null or moment > d.due_at then
            perform refuse('too-late-to-extend');
        end if;
        update demand x set extended_at = moment, due_at = later, reason = why, answer_words = sealed
        where x.customer_id = d.customer_id and x.demand_id = wanted;
        return;
    end if;
    update demand x set answered_at = moment, answer = said, reason = why, kept_until = until, answer_words = sealed
    where x.customer_id = d.customer_id and x.demand_id = wanted;
    source := d.organization_id;
    if d.kind = 'dispute' and not exists (
        select from demand x where x.customer_id = d.customer_id and x.record_id = d.record_id and x.kind = 'dispute'
            and x.answered_at is null and x.withdrawn_at is null) then
        update record r set disputed_at = null
        where r.customer_id = d.customer_id and r.record_id = d.record_id and r.source_id = source;
        update interaction i set disputed_at = null
        where i.customer_id = d.customer_id and i.record_id = d.record_id and i.source_id = source;
    elsif d.kind = 'erase' and said = 'done' then
        perform forget_record(d.customer_id, source, d.record_id);
    else
        return;
    end if;
    insert into change (organization_id, customer_id, kind, purpose, at)
    select p.recipient_id, p.customer_id, case d.kind when 'erase' then 'correct' else 'dispute-answered' end, p.purpose, moment
    from permission p
    where p.customer_id = d.customer_id and words_of(source, d.category) && opened_by(p, statement_timestamp());
end
$$;

-- Take away what the customer in scope said themselves about one thing, in every version.
-- out  its category
create function erase_own_statement(record uuid, moment timestamptz) returns text
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_customer('customer');
    found record%rowtype;
begin
    select r.* into found from record r
    where r.customer_id = me and r.record_id = erase_own_statement.record and r.source_id = customer_source();
    if found.record_id is null then
        perform refuse('not-found');
    end if;
    delete from record r
    where r.customer_id = me and r.subject_id = found.subject_id and r.kind = found.kind and r.type = found.type
      and r.key = found.key;
    perform tell_recipients('correct', found.source_id, found.category, moment);
    return found.category;
end
$$;

-- Who wants a letter about looks, and may be due for one.
create function alerts_due(moment timestamptz) returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select distinct a.customer_id from alert a
    where is_sealed('operator')
      and (a.told_at is null
           or a.told_at <= moment - case a.rhythm when 'daily' then interval '1 day' else interval '15 minutes' end)
$$;

-- Part with what somebody asked and wanted to hear, when they leave.
create function forget_demands(everyone uuid[]) returns void
language sql
as $$
    delete from demand d where d.customer_id = any (everyone);
    delete from alert a where a.customer_id = any (everyone);
$$;
