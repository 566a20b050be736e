-- What organizations approach people about and how, and what each customer chose about that: the words of the catalog, the
-- wishes as they stand, and the acts that they add up to.

create table topic (
    topic           text primary key,
    organization_id uuid references organization,
    place           integer not null default 1000,
    details         jsonb not null
);
comment on table topic is 'What a message is about. An organization''s own stands under one of the platform''s.';

create table channel (
    channel         text primary key,
    organization_id uuid references organization,
    place           integer not null default 1000,
    details         jsonb not null
);
comment on table channel is 'The ways to reach somebody.';

create table offer_kind (
    offer_kind text primary key,
    place      integer not null,
    details    jsonb not null
);
comment on table offer_kind is 'Kinds of things that can be offered, each of which somebody may want or not.';

create table wish (
    customer_id uuid primary key,
    document    jsonb not null,
    seq         bigint not null,
    changed_at  timestamptz not null
);
comment on table wish is 'What a customer chose about contact and address, as their acts add up to; without a row, nothing.';
comment on column wish.document is 'The form of consent.wish_form: what identifies somebody stands in it as a hash.';

create table wish_act (
    customer_id uuid not null,
    seq         bigint not null,
    wish_id     uuid not null,
    said        jsonb not null,
    at          timestamptz not null,
    primary key (customer_id, seq)
);
comment on table wish_act is 'One change of wishes: what it sets and what it takes back. Append only.';

create function log_wishes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)
    select 'wish', w.customer_id, w.wish_id, w.said, w.at, new_salt() from fresh w order by w.customer_id, w.seq;
    return null;
end
$$;
create trigger logged after insert on wish_act referencing new table as fresh for each statement execute function log_wishes();
create trigger written_once before update or truncate on wish_act for each statement execute function refuse_change();

-- Put what an organization stated into the consent log: a message that it registered, a rule of its that fired. The log
-- holds the digest alone. The nil uuid as customer stands for nobody in particular.
create function log_statement(kind text, customer uuid, fact uuid, organization uuid, digest bytea, moment timestamptz) returns void
language sql
as $$
    insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)
    values (kind, customer, fact, jsonb_build_object('organization', organization, 'digest', encode(digest, 'hex')), moment, new_salt());
$$;

-- What of somebody's wishes an organization is told: of the exceptions only its own, and no name.
create function wishes_told(document jsonb, organization uuid) returns jsonb language sql stable parallel safe
return (document - '{name,pronunciation,theme,reminders,receipts,exceptions}'::text[])
    || case when document -> 'exceptions' ? organization::text
       then jsonb_build_object('exceptions', jsonb_build_object(organization, document -> 'exceptions' -> organization::text))
       else '{}' end;

-- The same with what was chosen in dossiers that joined: an organization is told of them what it is told of anybody.
create function all_wishes_told(document jsonb, organization uuid) returns jsonb language sql stable parallel safe
as $$
    select wishes_told(document, organization) || jsonb_build_object('also',
        (select jsonb_object_agg(a.name, wishes_told(a.chosen, organization)) from jsonb_each(document -> 'also') as a (name, chosen)))
$$;

-- What these customers chose, for the organization in scope: only of whoever lets it know for this purpose how to reach them,
-- and of the exceptions only its own.
-- out  one row for each of them who chose anything
create function wishes_of(customers uuid[]) returns table (customer_id uuid, document jsonb)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    exporter uuid := scope_organization('exporter');
    me uuid := coalesce(exporter, scope_organization('reader'));
begin
    return query
        select w.customer_id,
            case when w.document ? 'also' then all_wishes_told(w.document, me) else wishes_told(w.document, me) end
        from wish w
        join permission p on p.customer_id = w.customer_id and p.recipient_id = me and p.purpose = app_purpose()
        where w.customer_id = any (customers) and (exporter is not null or w.customer_id = app_customer())
          and (p.expires_at > statement_timestamp() and 'contact' = any (p.categories)
               or p.attested_expires_at > statement_timestamp() and 'contact' = any (p.attested_categories));
end
$$;

-- The name under which the wishes of a dossier stand beside those of one that it joined: it leads nobody back.
create function wish_mark(customer uuid) returns text language sql immutable
return left(encode(sha256(uuid_send(customer)), 'hex'), 32);

-- Write down a change of somebody's wishes that follows from who they turned out to be, and what their wishes are with it.
create function change_wishes(customer uuid, document jsonb, said jsonb, moment timestamptz) returns void
language sql
as $$
    with changed as (
        insert into wish as known (customer_id, document, seq, changed_at) values (customer, document, 1, moment)
        on conflict (customer_id) do update
        set (document, seq, changed_at) = (excluded.document, known.seq + 1, excluded.changed_at)
        returning customer_id, seq
    )
    insert into wish_act (customer_id, seq, wish_id, said, at) select c.customer_id, c.seq, gen_random_uuid(), said, moment from changed c;
$$;

-- Let what was chosen in the dossier of `guest` hold for `host` too, with whom they turned out to be one person: of both the
-- strictest wins. What says nothing about contact does not come along. The guest's own stays as it was.
create function join_wishes(guest uuid, host uuid, moment timestamptz) returns void
language plpgsql
as $$
declare
    theirs jsonb := (select w.document from wish w where w.customer_id = guest);
    mine jsonb := coalesce((select w.document from wish w where w.customer_id = host), '{}');
    held jsonb;
begin
    held := coalesce(theirs -> 'also', '{}') || coalesce(jsonb_build_object(wish_mark(guest), nullif(
        theirs - '{also,name,pronunciation,language,address,greeting,reading_level,print,theme,reminders,receipts}'::text[], '{}')), '{}');
    held := jsonb_strip_nulls(held);
    if held <> '{}' then
        perform change_wishes(host, mine || jsonb_build_object('also', coalesce(mine -> 'also', '{}') || held),
            jsonb_build_object('set', jsonb_build_object('also', held), 'clear', '[]'::jsonb), moment);
    end if;
end
$$;

-- Take back what `join_wishes` brought when `guest` parts from `host` again: each is left with what they chose themselves.
create function part_wishes(guest uuid, host uuid, moment timestamptz) returns void
language plpgsql
as $$
declare
    theirs jsonb := (select w.document from wish w where w.customer_id = guest);
    mine jsonb := (select w.document from wish w where w.customer_id = host);
    marks text[] := array(
        select m.mark from (
            select wish_mark(guest) as mark
            union
            select k.mark from jsonb_object_keys(coalesce(theirs -> 'also', '{}')) as k (mark)) m
        where mine -> 'also' ? m.mark  -- or it did, until something else was chosen, which can be taken back
            or exists (select from wish_act w where w.customer_id = host and w.said #> '{set,also}' ? m.mark)
        order by m.mark);
begin
    if cardinality(marks) > 0 then
        perform change_wishes(host, case when coalesce(mine -> 'also', '{}') - marks = '{}' then mine - 'also'
                else mine || jsonb_build_object('also', (mine -> 'also') - marks) end,
            jsonb_build_object('set', '{}'::jsonb, 'clear', (select jsonb_agg('/also/' || m order by m) from unnest(marks) m)), moment);
    end if;
end
$$;

-- Part with the wishes of somebody, when they leave.
create function forget_wishes(everyone uuid[]) returns void
language sql
as $$
    delete from wish w where w.customer_id = any (everyone);
    delete from wish_act w where w.customer_id = any (everyone);
$$;
