-- Is this real: the senders that organizations publish, the messages that they register before they send them, what anybody
-- may ask of both, and what customers report. Of a code and of a text only keyed hashes are kept.

create table sender (
    organization_id uuid not null references organization,
    kind            text not null check (kind in ('domain', 'email', 'phone', 'name')),
    value           text not null check (length(value) between 1 and 254),
    is_complete     boolean not null,
    is_shared       boolean not null default false,
    said_at         timestamptz not null,
    checked_at      timestamptz,
    primary key (organization_id, kind, value)
);
create unique index sender_checked on sender (kind, value) where checked_at is not null and not is_shared;
comment on table sender is 'From where an organization writes and calls. One that nobody checked counts for nothing.';
comment on column sender.is_complete is 'Whatever comes from here is registered: what is not, is not from them.';
comment on column sender.is_shared is 'The operator decided that more than one organization uses it.';

create table message (
    customer_id     uuid not null,
    message_id      uuid not null,
    organization_id uuid not null,
    client_id       text,
    code_hash       bytea not null check (octet_length(code_hash) = 32),
    text_hash       bytea check (octet_length(text_hash) = 32),
    digest          bytea not null check (octet_length(digest) = 32),
    is_addressed    boolean not null,
    channel         text not null,
    sender_kind     text,
    sender          text,
    speaker         text not null check (speaker in ('human', 'computer')),
    topic           text,
    at              timestamptz not null,
    until           timestamptz not null,
    expires_at      timestamptz not null,
    registered_at   timestamptz not null,
    subject_id      uuid,
    sealed          bytea,
    is_listed       boolean not null,
    checks          integer not null default 0,
    primary key (customer_id, message_id),
    check (until >= at and (sender is null) = (sender_kind is null) and (sealed is null) = (subject_id is null))
);
create unique index message_code on message (code_hash);
create index message_text on message (text_hash, at) where text_hash is not null;
create index message_sender on message (customer_id, sender, at);
create index message_to_many on message (sender, at) where not is_addressed;
create index message_expiry on message (expires_at);
comment on table message is 'What an organization said it would send. The nil customer stands for many, and for whom it does not know.';
comment on column message.is_addressed is 'Whether it was for one person; whether that one was found, nobody is told.';
comment on column message.digest is 'SHA-256 of the signed statement that the organization got, as it stands in the consent log.';
comment on column message.until is 'The end of the window in which somebody calls; else the time itself.';
comment on column message.sealed is 'The text, if the organization wants it to be read here, under the key of subject_id.';
comment on column message.is_listed is 'Whether the customer reads it here; what may not be written to them is checked all the same.';
comment on column message.checks is 'How often somebody who is not known asked with the code alone: a copied code is asked for often.';

create table message_report (
    customer_id     uuid not null,
    report_id       uuid not null,
    organization_id uuid not null,
    kind            text not null check (kind in ('false-message', 'was-a-computer')),
    message_id      uuid,
    channel         text,
    sender_kind     text,
    sender          text,
    at              timestamptz not null,
    primary key (customer_id, report_id),
    check ((kind = 'was-a-computer') = (message_id is not null)),
    check ((sender is null) = (sender_kind is null))
);
create unique index message_report_once on message_report (customer_id, message_id) where message_id is not null;
create index message_report_organization on message_report (organization_id, at, report_id);
comment on table message_report is 'What customers report: that somebody poses as an organization, or that a declared human was a computer.';
comment on column message_report.message_id is 'The message, or the conversation, in which a computer spoke.';

create table check_count (
    asker      bytea primary key check (octet_length(asker) = 32),
    asked      integer not null,
    expires_at timestamptz not null
);
comment on table check_count is 'How often somebody asked of late whether something is real; `asker` is a keyed hash.';

-- ---------------------------------------------------------------- senders

-- Where a sender's name is looked up: the domain itself, or that of an address; null for a number or a name.
create function host_of(kind text, value text) returns text language sql immutable
return case kind when 'domain' then value when 'email' then split_part(value, '@', 2) end;

-- Whether two senders cannot both be somebody's own: they are the same, or one is a domain and the other lies in it.
create function is_within(a_kind text, a_value text, b_kind text, b_value text) returns boolean language sql immutable
return (a_kind, a_value) = (b_kind, b_value)
    or a_kind = 'domain' and right('.' || host_of(b_kind, b_value), length(a_value) + 1) = '.' || a_value
    or b_kind = 'domain' and right('.' || host_of(a_kind, a_value), length(b_value) + 1) = '.' || b_value;

-- Say that the organization in scope writes or calls from here. It counts when the operator has checked it, or at once when
-- it lies in a domain of the organization that was checked. What another one has, only the operator gives to both.
create function publish_sender(said_kind text, said_value text, complete boolean, most integer, moment timestamptz) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_organization('administrator');
begin
    if me is null then
        perform refuse('refused');
    end if;
    perform from organization o where o.organization_id = me for no key update; -- they take turns
    if exists (select from sender s where s.organization_id <> me and s.checked_at is not null
               and is_within(s.kind, s.value, said_kind, said_value)
               and not exists (select from sender x where x.organization_id = me and x.kind = said_kind and x.value = said_value and x.is_shared)) then
        perform refuse('sender-taken', 'value');
    end if;
    if (select count(*) from sender s where s.organization_id = me) >= most
        and not exists (select from sender s where s.organization_id = me and s.kind = said_kind and s.value = said_value) then
        perform refuse('too-many-senders');
    end if;
    insert into sender as s (organization_id, kind, value, is_complete, said_at, checked_at)
    values (me, said_kind, said_value, complete, moment, (
        select moment from sender d
        where d.organization_id = me and d.kind = 'domain' and d.checked_at is not null and not d.is_shared
          and is_within('domain', d.value, said_kind, said_value) and length(host_of(said_kind, said_value)) >= length(d.value) limit 1))
    on conflict (organization_id, kind, value) do update set is_complete = excluded.is_complete;
end
$$;

-- Say, as the operator, that a sender is this organization's; `share` also where another one has it.
create function check_sender(organization uuid, said_kind text, said_value text, share boolean, moment timestamptz) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not is_sealed('operator') then
        perform refuse('refused');
    end if;
    lock table sender in share row exclusive mode; -- seldom, and by one hand
    if exists (select from sender s where s.organization_id <> organization and s.checked_at is not null
               and is_within(s.kind, s.value, said_kind, said_value)) and not share then
        perform refuse('sender-taken', 'value');
    end if;
    update sender s set is_shared = true
    where share and s.checked_at is not null and (s.kind, s.value) = (said_kind, said_value);
    insert into sender as s (organization_id, kind, value, is_complete, is_shared, said_at, checked_at)
    values (organization, said_kind, said_value, false, share, moment, moment)
    on conflict (organization_id, kind, value) do update set checked_at = moment, is_shared = excluded.is_shared;
end
$$;

-- The senders that were checked, for whoever asks: they are public.
create function published_senders()
returns table (organization_id uuid, slug text, name text, is_verified boolean, kind text, value text, is_complete boolean)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform admit_asker();
    return query
        select o.organization_id, o.slug, o.name, o.verified_at is not null, s.kind, s.value, s.is_complete
        from sender s join organization o using (organization_id)
        where s.checked_at is not null and o.closed_at is null
        order by o.slug, s.kind, s.value;
end
$$;

-- ---------------------------------------------------------------- registering

-- Whom the organization in scope means, if it knows them already: they are somebody of its own, or gave it something once.
-- in   person: whom a profile id means, if it was one; identifiers that anybody may share, and its own names of people
-- out  at most one row: the customer, and the subject whose key seals what is for them
create function message_addressee(person uuid, types text[], blinds bytea[], own_types text[], own_blinds bytea[])
returns table (customer_id uuid, subject_id uuid, wrapped bytea)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('source');
begin
    if organization is null then
        perform refuse('refused');
    end if;
    return query
        with named as (
            select i.customer_id from unnest(types, blinds) as w (type, blind)
            join identifier i on i.type = w.type and i.blind = w.blind and i.is_verified
            union
            select r.customer_id from unnest(own_types, own_blinds) as w (type, blind)
            join reference r on r.source_id = organization and r.type = w.type and r.blind = w.blind
            union
            select coalesce(c.merged_into, c.customer_id) from customer c where c.customer_id = person
        ), known as (
            select n.customer_id from named n
            where exists (select from subject s where s.customer_id = n.customer_id and s.source_id = organization)
               or exists (select from permission p where p.customer_id = n.customer_id and p.recipient_id = organization)
        )
        select k.customer_id, s.subject_id, d.wrapped
        from known k
        join subject s on s.customer_id = k.customer_id and s.source_id in (customer_source(), organization)
        join data_key d on d.customer_id = s.customer_id and d.subject_id = s.subject_id
        where (select count(*) from known) = 1
        order by s.source_id <> customer_source(), s.subject_id
        limit 1;
end
$$;

-- Whether a customer reads here what an organization writes about a topic: what the law demands, always; what serves somebody
-- who is in its own books (under a name of its own, as a contract gives), unless they objected to that; everything else, and
-- what has no topic, only while a permission opens `contact` to it, for the purpose of the topic if there is one.
create function may_be_listed(customer uuid, organization uuid, about text, moment timestamptz) returns boolean
language sql stable
as $$
    with topic as (
        select r.details ->> 'purpose' as purpose, coalesce((r.details -> 'is_required')::boolean, false) as is_required,
            coalesce((r.details -> 'is_advertising')::boolean, false) as is_advertising
        from topic t join topic r on r.topic = coalesce(t.details ->> 'under', t.topic)
        where t.topic = about
    )
    select customer <> '00000000-0000-0000-0000-000000000000' and (
        exists (select from topic t where t.is_required)
        or exists (
            select from topic t
            where not t.is_advertising and t.purpose in ('service-provision', 'customer-care')
              and exists (select from reference r
                          where r.customer_id = customer and r.source_id = organization and r.type = 'user_id')
              and not exists (select from permission p
                              where p.customer_id = customer and p.recipient_id = organization and p.purpose = t.purpose
                                and p.stopped = 'objected'))
        or exists (
            select from permission p
            where p.customer_id = customer and p.recipient_id = organization
              and (about is null or p.purpose = (select t.purpose from topic t))
              and decision_reason(p, organization, organization, 'contact', moment) in ('granted', 'attested')))
$$;

-- Register a message of the organization in scope, and tell the consent log. Its chain is the customer's only where the
-- organization named them by a name of its own (`is_told`): else the log would say who it is that an address belongs to.
create function register_message(entry jsonb, is_told boolean) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('source');
    m message := jsonb_populate_record(null::message, entry);
begin
    if organization is null or m.organization_id is distinct from organization then
        perform refuse('refused');
    end if;
    if m.sender is not null and not exists (
        select from sender s
        where s.organization_id = organization and s.checked_at is not null
          and (m.sender_kind, m.sender) = (s.kind, s.value) or s.kind = 'domain' and s.organization_id = organization
          and s.checked_at is not null and m.sender_kind in ('domain', 'email') and is_within('domain', s.value, m.sender_kind, m.sender)
          and length(host_of(m.sender_kind, m.sender)) >= length(s.value))
    then
        perform refuse('unknown-sender', 'sender');
    end if;
    -- Whoever left meanwhile is nobody; whoever was joined with another is that one.
    select coalesce(c.merged_into, c.customer_id) into m.customer_id from customer c where c.customer_id = m.customer_id for key share;
    if m.customer_id is null then
        m.customer_id := '00000000-0000-0000-0000-000000000000';
    end if;
    m.is_listed := may_be_listed(m.customer_id, organization, m.topic, statement_timestamp());
    if not m.is_listed then -- nobody reads it here, so it is not kept
        m.subject_id := null;
        m.sealed := null;
    end if;
    m.client_id := app_client();
    m.checks := 0;
    insert into message select m.*;
    perform log_statement('message', case when is_told then m.customer_id else '00000000-0000-0000-0000-000000000000' end,
        m.message_id, organization, m.digest, m.registered_at);
end
$$;

-- ---------------------------------------------------------------- asking

-- A message as who asks may see it: without whom it was to, and with whose it is.
create function told_of(m message, o organization) returns jsonb
language sql stable
return to_jsonb(m) - '{customer_id,code_hash,sealed,subject_id,client_id,digest,is_listed}'::text[]
    || jsonb_build_object('slug', o.slug, 'name', o.name, 'is_verified', o.verified_at is not null);

-- Let in who may ask: anybody, and the customer in scope.
create function admit_asker() returns void
language plpgsql
as $$
begin
    if not is_sealed('visitor') and scope_customer('customer') is null then
        perform refuse('refused');
    end if;
end
$$;

-- Count that somebody asks whether something is real.
-- out  whether they asked too often of late, so that nothing is looked at
create function count_check(who bytea, most integer, moment timestamptz) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    counted integer;
begin
    perform admit_asker();
    insert into check_count as c (asker, asked, expires_at) values (who, 1, moment + interval '10 minutes')
    on conflict (asker) do update set
        asked = case when c.expires_at > moment then c.asked + 1 else 1 end,
        expires_at = case when c.expires_at > moment then c.expires_at else excluded.expires_at end
    returning asked into counted;
    return counted > most;
end
$$;

-- The message of a code that is still good, and whether it is to the customer in scope; none for any other code. Who is not
-- known and shows the code alone is counted.
create function message_of_code(hash bytea, is_alone boolean, moment timestamptz) returns table (found jsonb, is_mine boolean)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    mine uuid[] := own_customers();
begin
    perform admit_asker();
    update message m set checks = m.checks + 1
    where m.code_hash = hash and m.expires_at > moment and is_alone and cardinality(mine) = 0;
    return query
        select told_of(m, o), m.customer_id = any (mine)
        from message m join organization o using (organization_id)
        where m.code_hash = hash and m.expires_at > moment and o.closed_at is null;
end
$$;

-- The newest message with this text: to the customer in scope, or to everybody. What went to somebody else is not there.
create function message_of_text(hash bytea, moment timestamptz) returns table (found jsonb, is_mine boolean)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    mine uuid[] := own_customers();
begin
    perform admit_asker();
    return query
        select told_of(m, o), m.customer_id = any (mine)
        from message m join organization o using (organization_id)
        where m.text_hash = hash and m.expires_at > moment and o.closed_at is null and (not m.is_addressed or m.customer_id = any (mine))
        order by m.customer_id = any (mine) desc, m.at desc limit 1;
end
$$;

-- The newest message to the customer in scope from this sender, or from anywhere in a domain; with `is_call` one that may be
-- ringing at this moment, then also from any number of one organization. To whom it is not, there is none.
create function message_of_sender(from_kind text, from_value text, claimed uuid, is_call boolean, since timestamptz, moment timestamptz)
returns table (found jsonb, is_mine boolean)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    mine uuid[] := own_customers();
begin
    perform admit_asker();
    return query
        select told_of(m, o), true
        from message m join organization o using (organization_id)
        where m.customer_id = any (mine) and o.closed_at is null
          and (from_value is null or m.sender = from_value and m.sender_kind = from_kind
               or from_kind = 'domain' and is_within('domain', from_value, m.sender_kind, m.sender))
          and (claimed is null or m.organization_id = claimed)
          and case when is_call then m.sender_kind = 'phone' and m.at <= moment and m.until >= moment
                   else m.at between since and moment + interval '10 minutes' end
        order by m.at desc limit 1;
end
$$;

-- ---------------------------------------------------------------- the customer's own

-- Report, as the customer in scope, that somebody poses as an organization, or that a declared human was a computer, in a message
-- or a conversation (`message_known`). The organization hears of it; of whom, only where it wrote or spoke to them itself.
create function report_message(report uuid, about uuid, message_known uuid, said_channel text, said_kind text, said_value text,
    most integer, moment timestamptz)
returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_customer('customer');
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    m record;
begin
    if me is null then
        perform refuse('refused');
    end if;
    perform from customer c where c.customer_id = me for no key update; -- they take turns
    if (select count(*) from message_report r where r.customer_id = me and r.at > moment - interval '1 day') >= most then
        perform refuse('too-many-message-reports');
    end if;
    if message_known is not null then
        select * into m
        from (select x.organization_id, x.speaker, x.channel, x.sender_kind, x.sender
              from message x where x.customer_id = any (own_customers()) and x.message_id = message_known
              union all
              select i.source_id, i.speaker, coalesce(i.channel, i.type), null, null
              from interaction i
              where i.customer_id = me and i.record_id = message_known and i.category = 'conversations'
                and i.source_id <> customer_source()) said;
        if not found then
            perform refuse('not-found');
        elsif m.speaker is distinct from 'human' then
            perform refuse('not-declared-human');
        elsif exists (select from message_report r where r.customer_id = any (own_customers()) and r.message_id = message_known) then
            perform refuse('reported-before');
        end if;
        insert into message_report (customer_id, report_id, organization_id, kind, message_id, channel, sender_kind, sender, at)
        values (me, report, m.organization_id, 'was-a-computer', message_known, m.channel, m.sender_kind, m.sender, moment);
        insert into change (organization_id, customer_id, kind, at) values (m.organization_id, me, 'speaker', moment);
        perform log_statement('message', me, report, m.organization_id,
            sha256(convert_to('was-a-computer ' || message_known, 'UTF8')), moment);
    else
        insert into message_report (customer_id, report_id, organization_id, kind, channel, sender_kind, sender, at)
        select me, report, o.organization_id, 'false-message', said_channel, said_kind, said_value, moment
        from organization o where o.organization_id = about and o.closed_at is null;
        if not found then
            perform refuse('not-found');
        end if;
        insert into change (organization_id, customer_id, kind, at) values (about, nobody, 'forgery', moment);
    end if;
end
$$;

-- Part with what was sent to somebody and what they reported, when they leave.
create function forget_messages(everyone uuid[]) returns void
language sql
as $$
    delete from message m where m.customer_id = any (everyone);
    delete from message_report r where r.customer_id = any (everyone);
$$;
