-- Contacts: what an organization reserved to say to a customer, and what it really said. A cap counts both, so two campaigns
-- at one moment cannot break it: whoever adds a contact has to name the turn in which it was decided, and only one gets it.

create table contact (
    customer_id     uuid not null,
    contact_id      uuid not null,
    organization_id uuid not null,
    client_id       text,
    purpose         text not null,
    topic           text not null,
    root            text not null,
    sender          text not null check (sender in ('human', 'computer')),
    channels        text[] not null,
    state           text not null check (state in ('reserved', 'cancelled', 'made')),
    at              timestamptz not null,
    until           timestamptz not null,
    manner          text check (manner in ('as-allowed', 'unasked', 'late', 'other-channel', 'other-speaker')),
    subject_id      uuid,
    noted_at        timestamptz not null,
    primary key (customer_id, contact_id),
    check ((state = 'made') = (manner is not null)),
    check (state <> 'made' or cardinality(channels) = 1)
);
create index contact_counted on contact (customer_id, organization_id, root, until);
create index contact_open on contact (until) where state <> 'made';
comment on table contact is 'What an organization reserved to say to a customer, or said: metadata, and never what.';
comment on column contact.root is 'The topic by which it is counted.';
comment on column contact.channels is 'Of a reservation those that were allowed, the best first; of what was said, the one.';
comment on column contact.at is 'From when it may be said; of what was said, when.';
comment on column contact.until is 'Until when it may be said; of what was said, when. A cap counts by it.';
comment on column contact.manner is 'Whether it was said as it was allowed.';
comment on column contact.subject_id is 'Of what was said: on whom its interaction in the dossier hangs.';

create table contact_turn (
    customer_id     uuid not null,
    organization_id uuid not null,
    root            text not null,
    turn            bigint not null,
    primary key (customer_id, organization_id, root)
);
comment on table contact_turn is 'Counts the changes of what a cap counts. Who decided in a turn that has passed decides again.';

-- ---------------------------------------------------------------- deciding

-- What has to be known of customers before they are approached, of those alone whose live permission opens `contact` to who
-- asks: who they are now, if that is somebody else, the law's word for whether it is open at `moment`, too, by which act; their
-- wishes, whether their browser objected, and, where it opens what they say themselves, the name of their own choice and its key.
create function contact_facts(customers uuid[], moment timestamptz)
returns table (customer_id uuid, merged_into uuid, reason text, act_id uuid, wishes text, is_signalled boolean, own_name bytea,
    own_said bytea, own_key bytea)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('exporter');
    at timestamptz := greatest(statement_timestamp(), moment);
begin
    return query
        select c.customer_id, c.merged_into,
            case when p.expires_at > at and 'contact' = any (p.categories) then 'granted'
                 else decision_reason(p, organization, null, 'contact', at) end,
            p.act_id,
            case when w.document ? 'also' then all_wishes_told(w.document, organization)
                 else wishes_told(w.document, organization) end::text, c.details ? 'gpc',
            case when own.is_open then decode(c.details ->> 'own_name', 'base64') end,
            case when own.is_open then decode(c.details ->> 'own_pronunciation', 'base64') end,
            case when own.is_open and c.details ?| array['own_name', 'own_pronunciation'] then (
                select uuid_send(k.subject_id) || k.wrapped
                from subject s join data_key k on k.customer_id = s.customer_id and k.subject_id = s.subject_id
                where s.customer_id = c.customer_id and s.source_id = customer_source()
                order by s.created_at limit 1) end
        from permission p
        join customer c on c.customer_id = p.customer_id
        left join wish w on w.customer_id = p.customer_id
        cross join lateral (
            select opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                customer_source(), 'contact', statement_timestamp()) as is_open) own
        where p.customer_id = any (customers) and p.recipient_id = organization and p.purpose = app_purpose()
          and p.stopped is null and 'contact' <> all (p.stopped_categories)
          and (coalesce(p.expires_at > statement_timestamp() and 'contact' = any (p.categories), false)
               or coalesce(p.attested_expires_at > statement_timestamp() and 'contact' = any (p.attested_categories), false));
end
$$;

-- Take the next turn about some customers, whoever still has the present one. Locks are taken in the order of customers.
-- in   side by side: customers, and the turn in which each was decided about
-- out  those of whom it was the present one
create function take_contact_turns(organization uuid, topic_root text, customers uuid[], turns bigint[]) returns setof uuid
language sql
as $$
    insert into contact_turn as known (customer_id, organization_id, root, turn)
    select w.customer_id, organization, topic_root, w.turn + 1
    from unnest(customers, turns) as w (customer_id, turn)
    order by w.customer_id
    on conflict (customer_id, organization_id, root) do update set turn = excluded.turn where known.turn = excluded.turn - 1
    returning known.customer_id
$$;

-- Reserve contacts that were just decided about. Asked again under the same id, it is the same reservation, with a new end.
-- in   the topic, its root and who speaks; side by side: customers, the turn of the decision, the id of the contact, from when
--      and until when, and the channels with spaces between them
-- out  the customers of whom it stands; of the others something changed since the decision: decide again
create function reserve_contacts(about text, topic_root text, speaker text, customers uuid[], turns bigint[], contacts uuid[],
    ats timestamptz[], untils timestamptz[], words text[])
returns setof uuid
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('exporter');
begin
    if organization is null then
        return;
    end if;
    perform from customer c where c.customer_id = any (customers) order by c.customer_id for key share; -- nobody leaves meanwhile
    return query
        with wanted as materialized (
            select w.* from unnest(customers, turns, contacts, ats, untils, words)
                as w (customer_id, turn, contact_id, at, until, words)
            join customer c on c.customer_id = w.customer_id and c.merged_into is null
        ), won as materialized (
            select won.customer_id from take_contact_turns(organization, topic_root,
                (select array_agg(w.customer_id order by w.customer_id) from wanted w),
                (select array_agg(w.turn order by w.customer_id) from wanted w)) as won (customer_id)
        )
        insert into contact as known (customer_id, contact_id, organization_id, client_id, purpose, topic, root, sender, channels,
            state, at, until, noted_at)
        select w.customer_id, w.contact_id, organization, app_client(), app_purpose(), about, topic_root, speaker,
            string_to_array(w.words, ' '), 'reserved', w.at, w.until, clock_timestamp()
        from wanted w join won using (customer_id)
        order by w.customer_id
        on conflict (customer_id, contact_id) do update
            set client_id = excluded.client_id, purpose = excluded.purpose, topic = excluded.topic, root = excluded.root,
                sender = excluded.sender, channels = excluded.channels, state = 'reserved', at = excluded.at,
                until = excluded.until, noted_at = excluded.noted_at
            where known.state <> 'made' and known.organization_id = excluded.organization_id
        returning known.customer_id;
end
$$;

-- Give up a reservation of the organization in scope, so that it counts for nothing.
-- out  whether there was one
create function cancel_contact(customer uuid, contact_to_cancel uuid) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    update contact c set state = 'cancelled', noted_at = clock_timestamp()
    where c.customer_id = customer and c.contact_id = contact_to_cancel
      and c.organization_id = scope_organization('exporter') and c.state = 'reserved';
    return found;
end
$$;

-- ---------------------------------------------------------------- what was really said

-- How the source in scope may name customers for a contact: by a name of the house's own, on the subject that the source has of
-- them. Who was merged is answered as who they are now; who is not here is not answered at all.
-- in   side by side: customers, and the name as keyed hash
-- out  place; whether the name is there; and the subject that it could be on, with its wrapped key, if the source has one
create function contact_names(customers uuid[], blinds bytea[])
returns table (place integer, customer_id uuid, is_named boolean, subject_key bytea)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    source uuid := scope_organization('source');
begin
    return query
        select w.place::integer, now.customer_id,
            exists (select from reference r where r.source_id = source and r.type = 'anonymous_id' and r.blind = w.blind),
            own.key
        from unnest(customers, blinds) with ordinality as w (customer_id, blind, place)
        join customer c on c.customer_id = w.customer_id
        join customer now on now.customer_id = coalesce(c.merged_into, c.customer_id)
        left join lateral (
            select uuid_send(s.subject_id) || k.wrapped as key
            from subject s join data_key k on k.customer_id = s.customer_id and k.subject_id = s.subject_id
            where s.customer_id = now.customer_id and s.source_id = source
            order by s.created_at, s.subject_id limit 1) own on true
        where source is not null;
end
$$;

-- Name customers to the source in scope: on its own subject of them, else on a new one that is theirs as a device would be.
-- in   side by side: customers, the name as keyed hash and sealed, the subject, and the wrapped key of a new one, else nothing
-- out  how many are new
create function name_for_contact(customers uuid[], blinds bytea[], sealed bytea[], subjects uuid[], wrapped bytea[], moment timestamptz)
returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    source uuid := scope_organization('source');
    place integer;
    anchor uuid;
    named integer := 0;
begin
    if source is null then
        return null;
    end if;
    perform from customer c where c.customer_id = any (customers) order by c.customer_id for key share; -- nobody leaves meanwhile
    for place in select i from generate_subscripts(customers, 1) i order by customers[i] loop
        continue when not exists (
            select from customer c where c.customer_id = customers[place] and c.merged_into is null);
        continue when wrapped[place] = '' and not exists (
            select from subject s
            where s.customer_id = customers[place] and s.subject_id = subjects[place] and s.source_id = source);
        insert into reference (source_id, type, blind, customer_id, subject_id, sealed)
        values (source, 'anonymous_id', blinds[place], customers[place], subjects[place], sealed[place])
        on conflict do nothing;
        continue when not found;
        named := named + 1;
        continue when wrapped[place] = '';
        select s.subject_id into anchor from subject s where s.customer_id = customers[place]
        order by s.source_id = customer_source() desc, s.created_at, s.subject_id limit 1;
        perform admit_keys(array[wrapped[place]]);
        insert into subject (customer_id, subject_id, source_id, origin_id, created_at)
        values (customers[place], subjects[place], source, customers[place], moment);
        insert into data_key (customer_id, subject_id, wrapped, generation, created_at)
        values (customers[place], subjects[place], wrapped[place], generation_of(wrapped[place]), moment);
        if anchor is not null then
            perform put_bond(subjects[place], anchor, 'device', 'anonymous-to-user', moment);
        end if;
    end loop;
    return named;
end
$$;

-- Write down what the source in scope really said. What was reserved, and comes in time, by an allowed channel and from who was
-- announced, was said as it was allowed; anything else stands as what it was, and counts.
-- in   side by side: customers, ids of contacts, topics with their roots, purposes, who spoke, the channel, when, and the name
--      (keyed hash) on whose subject its interaction hangs
-- out  each contact with its manner
create function make_contacts(customers uuid[], contacts uuid[], topics text[], roots text[], purposes text[], senders text[],
    used text[], ats timestamptz[], blinds bytea[], client text)
returns table (made uuid, in_manner text)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    source uuid := scope_organization('source');
    place integer;
    subject uuid;
    lasting timestamptz;
    known contact;
    leeway constant interval := interval '1 minute'; -- the sender's clock may be behind
    moment timestamptz;
begin
    if source is null then
        return;
    end if;
    for place in select i from generate_subscripts(customers, 1) i order by customers[i], roots[i], contacts[i] loop
        select * into known from contact c
        where c.customer_id = customers[place] and c.contact_id = contacts[place] and c.organization_id = source;
        if known.state = 'made' then
            made := known.contact_id; in_manner := known.manner;
            return next;
            continue;
        end if;
        -- Whoever decides meanwhile waits here, and finds that its turn has passed; what was decided before is in time for us to see.
        insert into contact_turn as t (customer_id, organization_id, root, turn)
        values (customers[place], source, coalesce(known.root, roots[place]), 1)
        on conflict (customer_id, organization_id, root) do update set turn = t.turn + 1;
        select * into known from contact c
        where c.customer_id = customers[place] and c.contact_id = contacts[place] and c.organization_id = source for update;
        lasting := clock_timestamp();
        in_manner := case
            when known.contact_id is null or known.state = 'cancelled' then 'unasked'
            when known.until <= lasting or known.until <= ats[place] or ats[place] < known.at - leeway then 'late'
            when used[place] <> all (known.channels) then 'other-channel'
            when senders[place] <> known.sender then 'other-speaker'
            else 'as-allowed' end;
        moment := case when in_manner = 'as-allowed' then greatest(ats[place], known.at) else ats[place] end;
        select r.subject_id into subject from reference r
        where r.source_id = source and r.type = 'anonymous_id' and r.blind = blinds[place] and r.customer_id = customers[place];
        insert into contact as c (customer_id, contact_id, organization_id, client_id, purpose, topic, root, sender, channels, state,
            at, until, manner, subject_id, noted_at)
        values (customers[place], contacts[place], source, client, coalesce(known.purpose, purposes[place]),
            coalesce(known.topic, topics[place]), coalesce(known.root, roots[place]), senders[place], array[used[place]], 'made',
            moment, moment, in_manner, subject, lasting)
        on conflict (customer_id, contact_id) do update
            set state = 'made', sender = excluded.sender, channels = excluded.channels, at = excluded.at, until = excluded.until,
                manner = excluded.manner, subject_id = excluded.subject_id, noted_at = excluded.noted_at
            where c.organization_id = excluded.organization_id and c.state <> 'made';
        if not found and known.contact_id is null then -- the id is another organization's: this was said, too, and counts
            insert into contact (customer_id, contact_id, organization_id, client_id, purpose, topic, root, sender, channels, state,
                at, until, manner, subject_id, noted_at)
            values (customers[place], md5(source::text || contacts[place]::text)::uuid, source, client, purposes[place], topics[place],
                roots[place], senders[place], array[used[place]], 'made', moment, moment, in_manner, subject, lasting)
            on conflict do nothing;
        end if;
        made := contacts[place];
        return next;
    end loop;
end
$$;

-- ---------------------------------------------------------------- when customers become one, part or leave

-- Let the contacts of `guest` count for `host`, with whom they turned out to be one person.
create function join_contacts(guest uuid, host uuid) returns void
language sql
as $$
    update contact c set customer_id = host where c.customer_id = guest;
    with gone as (
        delete from contact_turn t where t.customer_id = guest returning t.*
    )
    insert into contact_turn as known (customer_id, organization_id, root, turn)
    select host, g.organization_id, g.root, g.turn + 1 from gone g
    on conflict (customer_id, organization_id, root) do update set turn = greatest(known.turn, excluded.turn) + 1;
$$;

-- Part with what was kept of contacts, when they leave.
create function forget_contacts(everyone uuid[]) returns void
language sql
as $$
    delete from contact c where c.customer_id = any (everyone);
    delete from contact_turn t where t.customer_id = any (everyone);
$$;
