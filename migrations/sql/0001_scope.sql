-- The scope: who asks, for which organization, customer and purpose. It is set for one transaction and sealed
-- by the credential check; a policy believes it only while the seal is right.

-- Set every part of the scope, also to empty, and take the role of the principal.
create function enter_scope(principal text, organization text, customer text, purpose text, client text, until text, seal text)
returns void
language plpgsql
as $$
begin
    perform set_config('app.principal', principal, true),
            set_config('app.organization', organization, true),
            set_config('app.customer', customer, true),
            set_config('app.purpose', purpose, true),
            set_config('app.client', client, true),
            set_config('app.until', until, true),
            set_config('app.seal', seal, true),
            set_config('role', 'cdp_' || principal, true);
end
$$;

-- The same, with the tokens of who asks: when one of them does not stand for this client and organization any more, the
-- transaction ends here. What follows in it has an asker whose credential was good after it was shown.
create function enter_scope_holding(principal text, organization text, customer text, purpose text, client text, until text,
    seal text, tokens bytea[], needed text)
returns void
language plpgsql
as $$
begin
    if tokens_hold(tokens, client, organization::uuid, needed) is not true then
        raise exception using errcode = 'CDP01', message = 'credential-ended';
    end if;
    perform enter_scope(principal, organization, customer, purpose, client, until, seal);
end
$$;

-- Tell whether the scope of this transaction was minted for `expected` and is still valid. RFC 2104 with SHA-256.
create function is_sealed(expected text) returns boolean
language plpgsql stable security definer parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
declare
    pads scope_key;
begin
    if current_setting('app.principal', true) is distinct from expected then
        return false;
    end if;
    if (statement_timestamp() < to_timestamp(nullif(current_setting('app.until', true), '')::bigint)) is not true then
        return false;
    end if;
    select * into strict pads from public.scope_key;
    -- `concat` writes an unset part as an empty one; left out, another could take its place.
    return encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(concat(
        current_setting('app.principal', true), E'\x1f', current_setting('app.organization', true), E'\x1f',
        current_setting('app.customer', true), E'\x1f', current_setting('app.purpose', true), E'\x1f',
        current_setting('app.client', true), E'\x1f', current_setting('app.until', true)), 'UTF8'))), 'hex')
        is not distinct from current_setting('app.seal', true);
end
$$;

create function app_organization() returns uuid language sql stable parallel safe
return nullif(current_setting('app.organization', true), '')::uuid;

create function app_customer() returns uuid language sql stable parallel safe
return nullif(current_setting('app.customer', true), '')::uuid;

create function app_purpose() returns text language sql stable parallel safe
return nullif(current_setting('app.purpose', true), '');

create function app_client() returns text language sql stable parallel safe
return nullif(current_setting('app.client', true), '');

-- The customers of whom a statement reads, if it says so beforehand. That is no permission, and needs no seal.
create function app_customers() returns uuid[] language sql stable parallel safe
return nullif(current_setting('app.customers', true), '')::uuid[];

-- The organization of a sealed scope of `expected`; null for anybody else.
create function scope_organization(expected text) returns uuid language sql stable parallel safe
return case when is_sealed(expected) then app_organization() end;

-- The customer of a sealed scope of `expected`; null for anybody else.
create function scope_customer(expected text) returns uuid language sql stable parallel safe
return case when is_sealed(expected) then app_customer() end;

-- The source that the customer's own statements come from.
create function customer_source() returns uuid language sql immutable parallel safe
return '00000000-0000-7000-8000-000000000001'::uuid;

-- The day of a moment: what is kept of the time where the moment itself would lead to somebody who left.
create function day_of(moment timestamptz) returns timestamptz language sql immutable parallel safe
return date_trunc('day', moment, 'UTC');

-- What one live permission opens, as the words that `words_of` gives for a record: 'contact' for a category from
-- every source, '<source>/contact' for one source. Expiry needs no job: it is compared with the statement's time.
create function opened_by(p permission, at timestamptz) returns text[]
language plpgsql stable parallel safe
as $$
declare
    words text[] := '{}';
begin
    if p.expires_at > at then
        words := case when p.sources is null then p.categories else
            (select coalesce(array_agg(source::text || '/' || category), '{}')
             from unnest(p.sources) source, unnest(p.categories) category) end;
    end if;
    if p.attested_expires_at > at then
        words := words || array(select p.recipient_id::text || '/' || category from unnest(p.attested_categories) category);
    end if;
    return words;
end
$$;

-- Only steps that never change their mind, so that the planner can put it in place.
create function words_of(source_id uuid, category text) returns text[]
language sql immutable parallel safe
return array[category, source_id::text || '/' || category];

-- The grant gate for one customer in scope: the words of the live permission, fetched once for a statement.
create function gate() returns text[]
language plpgsql stable security definer parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not public.is_sealed('reader') then
        return '{}';
    end if;
    return coalesce((
        select public.opened_by(p, statement_timestamp())
        from public.permission p
        where p.customer_id = public.app_customer()
          and p.recipient_id = public.app_organization()
          and p.purpose = public.app_purpose()), '{}');
end
$$;

-- What the customers whom a statement names beforehand opened to the recipient, whatever the source: part of what `opens`
-- says, found once for a statement and looked up for each record. To name others finds no more than permissions hold.
create function opened_by_customers() returns table (customer_id uuid, category text) language sql stable parallel safe
begin atomic
    select p.customer_id, c.category
    from permission p cross join unnest(p.categories) as c (category)
    where p.recipient_id = (select app_organization()) and p.customer_id = any ((select app_customers())::uuid[])
      and p.purpose = (select app_purpose()) and p.sources is null and p.expires_at > statement_timestamp();
end;

-- Tell whether one permission opens one record; a plain expression, so that the planner can put it in place.
create function opens(categories text[], sources uuid[], expires_at timestamptz, attested_categories text[],
    attested_expires_at timestamptz, recipient_id uuid, source_id uuid, category text, at timestamptz)
returns boolean language sql immutable parallel safe
return coalesce(expires_at > at and category = any (categories) and (sources is null or source_id = any (sources)), false)
    or coalesce(attested_expires_at > at and source_id = recipient_id and category = any (attested_categories), false);
