-- Offers: what organizations register, for whom each is meant, and what was chosen for a customer to see.

create table offer (
    organization_id  uuid not null references organization,
    offer_id         uuid not null,
    kind             text not null references offer_kind,
    purpose          text not null references purpose,
    words            jsonb not null,
    expression       text not null,
    has_legal_effect boolean not null,
    valid_from       timestamptz not null,
    valid_until      timestamptz not null check (valid_until > valid_from),
    registered_at    timestamptz not null,
    ended_at         timestamptz,
    primary key (organization_id, offer_id)
);
create index offer_kind_of on offer (kind);
comment on table offer is 'What an organization offers, and for whom: an expression in CEL over the profile that it may see.';
comment on column offer.has_legal_effect is 'It decides about somebody by law or as gravely: a human has to, so it is never chosen here (GDPR art. 22).';

create table offer_shown (
    customer_id     uuid not null,
    organization_id uuid not null,
    offer_id        uuid not null,
    uses            text[] not null,
    first_at        timestamptz not null,
    last_at         timestamptz not null,
    times           integer not null default 1,
    primary key (customer_id, organization_id, offer_id)
);
create index offer_shown_organization on offer_shown (organization_id, offer_id);
comment on table offer_shown is 'Offers that an organization was told are relevant to a customer, for the customer to see why.';
comment on column offer_shown.uses is 'What the expression names, as attributes.income or products; no value.';

-- What these customers want to be offered, for the organization in scope to obey: of whoever permits its purpose anything.
-- out  one row for each of them who chose something or whose browser did (is_signalled): the part of the document about offers
create function offer_wishes(customers uuid[]) returns table (customer_id uuid, wishes jsonb, is_signalled boolean)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_organization('exporter');
begin
    return query
        select c.customer_id, jsonb_strip_nulls(jsonb_build_object('offers', w.document -> 'offers', 'also', (
                select jsonb_object_agg(a.name, jsonb_build_object('offers', a.chosen -> 'offers'))
                from jsonb_each(w.document -> 'also') as a (name, chosen)))),
            c.details ? 'gpc'
        from permission p
        join customer c on c.customer_id = p.customer_id
        left join wish w on w.customer_id = p.customer_id
        where p.customer_id = any (customers) and p.recipient_id = me and p.purpose = app_purpose()
          and (c.details ? 'gpc' or w.document ?| array['offers', 'also'])
          and (p.expires_at > statement_timestamp() or p.attested_expires_at > statement_timestamp());
end
$$;

-- Keep for the customers what the organization in scope was told is relevant to them, side by side: whom, and which offer.
-- out  those of them of whom it is kept: whoever stopped its purpose meanwhile is not among them
create function note_offers(customers uuid[], offers uuid[], used text[]) returns setof uuid
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    me uuid := scope_organization('exporter');
begin
    return query
        with noted as (
            insert into offer_shown as s (customer_id, organization_id, offer_id, uses, first_at, last_at)
            select distinct on (p.customer_id, o.offer_id)
                p.customer_id, me, o.offer_id, string_to_array(n.uses, ' '), statement_timestamp(), statement_timestamp()
            from unnest(customers, offers, used) as n (customer_id, offer_id, uses)
            join permission p on p.customer_id = n.customer_id and p.recipient_id = me and p.purpose = app_purpose()
            join offer o on o.organization_id = me and o.offer_id = n.offer_id
            where p.expires_at > statement_timestamp() or p.attested_expires_at > statement_timestamp()
            order by p.customer_id, o.offer_id
            on conflict (customer_id, organization_id, offer_id) do update
                set uses = excluded.uses, last_at = excluded.last_at, times = s.times + 1
            returning s.customer_id
        )
        select distinct customer_id from noted;
end
$$;

-- What was chosen for the customer in scope, by whom and why, newest first.
create function own_offers()
returns table (offer_id uuid, organization_id uuid, kind text, words jsonb, purpose text, uses text[], first_at timestamptz,
    last_at timestamptz, times integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    return query
        select o.offer_id, o.organization_id, o.kind, o.words, o.purpose, string_to_array((array_agg(array_to_string(s.uses, ' ') order by s.last_at desc))[1], ' '),
            min(s.first_at), max(s.last_at), sum(s.times)::integer
        from offer_shown s
        join offer o on o.organization_id = s.organization_id and o.offer_id = s.offer_id
        where s.customer_id = any (own_customers())
        group by o.organization_id, o.offer_id
        order by max(s.last_at) desc, o.offer_id
        limit 500;
end
$$;

-- Part with what was chosen for somebody, when they leave.
create function forget_offers(everyone uuid[]) returns void
language sql
as $$
    delete from offer_shown s where s.customer_id = any (everyone);
$$;

-- Part with the offers of an organization, when it leaves.
create function remove_offers(organization uuid) returns void
language sql
as $$
    delete from offer_shown s where s.organization_id = organization;
    delete from offer o where o.organization_id = organization;
$$;
