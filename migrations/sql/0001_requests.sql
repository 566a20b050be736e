-- Access requests: an organization asks a person whom it names, and learns nothing from having asked.

-- Put a request of the organization in scope before whoever it means: the one claimed customer of an id or of verified
-- identifiers, who has no such request open and did not refuse one in the last ninety days. For everybody else the same row
-- is written about nobody, so that it looks the same and lapses the same. Only what the organization knows already is
-- refused aloud: that it asks again under the same name.
-- in   asked: the row, without a customer; person: whom a profile id means, if it was one; identifiers that anybody may share,
--      and the organization's own names of people; how many requests it may make in a day
create function ask_access(asked jsonb, person uuid, types text[], blinds bytea[], own_types text[], own_blinds bytea[], most integer)
returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('source');
    r access_request := jsonb_populate_record(null::access_request, asked);
    found uuid;
begin
    if organization is null or r.organization_id is distinct from organization then
        perform refuse('refused');
    end if;
    perform check_act('refuse', r.categories, r.sources, null, r.asked_at, r.asked_at, r.purpose);
    perform pg_advisory_xact_lock(hashtextextended('ask ' || organization, 0));
    if exists (select from access_request x
               where x.organization_id = organization and x.called = r.called and x.purpose = r.purpose
                 and x.state = 'pending' and x.due_at > r.asked_at) then
        perform refuse('already-asked');
    end if;
    if exists (select from access_request x
               where x.organization_id = organization and x.called = r.called and x.purpose = r.purpose
                 and x.state = 'refused' and x.answered_at > r.asked_at - interval '90 days') then
        perform refuse('asked-again-too-soon');
    end if;
    if most <= (select count(*) from access_request x
                where x.organization_id = organization and x.asked_at > r.asked_at - interval '1 day') then
        perform refuse('too-many-access-requests');
    end if;
    with named as (
        select i.customer_id from unnest(types, blinds) as w (type, blind)
        join identifier i on i.type = w.type and i.blind = w.blind and i.is_verified
        union
        select n.customer_id from unnest(own_types, own_blinds) as w (type, blind)
        join reference n on n.source_id = organization and n.type = w.type and n.blind = w.blind
        union
        select coalesce(c.merged_into, c.customer_id) from customer c where c.customer_id = person
        limit 2
    )
    select case when count(*) = 1 then min(n.customer_id::text)::uuid end into found from named n;
    select c.customer_id into found from customer c
    where c.customer_id = found and c.claimed_at is not null and c.merged_into is null
      and not exists (
          select from access_request x join customer who using (customer_id) -- a no stays one when dossiers become one
          where (who.customer_id = found or who.merged_into = found)
            and x.organization_id = organization and x.purpose = r.purpose
            and (x.state = 'pending' and x.due_at > r.asked_at
                 or x.state = 'refused' and x.answered_at > r.asked_at - interval '90 days'))
    for key share of c;
    r.customer_id := coalesce(found, '00000000-0000-0000-0000-000000000000');
    insert into access_request select r.*;
end
$$;

-- What those of the organization's requests that were granted led to: whose they are, what was granted of what was asked,
-- and until when at that moment. Of the others nobody learns whose they are.
create function granted_requests(wanted uuid[])
returns table (request_id uuid, customer_id uuid, categories text[], expires_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
        select r.request_id, r.customer_id, shared_by(a.categories, r.categories), a.expires_at
        from access_request r
        join act a on a.customer_id = r.customer_id and a.request_id = r.request_id
        where r.organization_id = scope_organization('source') and r.request_id = any (wanted)
          and r.state in ('approved', 'narrowed');
end
$$;

-- Who is to be told that somebody asks something of them: by one organization once a day, however often it asks and takes back.
create function request_letters_due(moment timestamptz, at_most integer) returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select distinct r.customer_id from access_request r
    where is_sealed('operator')
      and r.told_at is null and r.state = 'pending' and r.due_at > moment
      -- Who stands before an app's question answers it there.
      and (r.called is not null or r.asked_at <= moment - interval '5 minutes')
      and r.customer_id <> '00000000-0000-0000-0000-000000000000'
      and not exists (
          select from access_request x
          where x.customer_id = r.customer_id and x.organization_id = r.organization_id and x.called is not null
            and x.told_at > moment - interval '1 day')
    limit at_most
$$;

-- Part with what was asked of somebody, when they leave. A request without an answer stays, and is about nobody: that it
-- is gone would say that there was somebody.
create function forget_requests(everyone uuid[]) returns void
language sql
as $$
    update access_request r set customer_id = '00000000-0000-0000-0000-000000000000'
    where r.customer_id = any (everyone) and r.state in ('pending', 'withdrawn');
    delete from access_request r where r.customer_id = any (everyone);
$$;
