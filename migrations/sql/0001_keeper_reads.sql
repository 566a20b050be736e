-- What reads need from beyond the reader's wall: who holds a token, where a named customer is, and a word in the log for
-- whoever was looked up.

-- What one permission as a whole comes to at `at`: granted, attested, or why nothing is open; the words of the law.
create function standing_reason(p permission, at timestamptz) returns text language sql immutable parallel safe
return case
    when p.stopped is not null then p.stopped
    when p.categories <> '{}' and p.expires_at > at then 'granted'
    when p.attested_categories <> '{}' and p.attested_expires_at > at then 'attested'
    when p.categories <> '{}' or p.attested_categories <> '{}' then 'expired'
    else 'never-granted'
end;

-- What many bearer tokens stand for now; see check_token.
-- out  place of the token in the array, and the one purpose that it is good for, if there is one; no row for one that has ended
create function check_tokens(hashes bytea[])
returns table (place integer, client_id text, organization_id uuid, slug text, scopes text[], key_hash bytea, customer_id uuid, purpose text)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
        select h.place::integer, c.client_id, c.organization_id, o.slug, t.scopes, t.key_hash, f.customer_id,
            (select x.purpose from token_family x where x.family_id = t.family_id)
        from unnest(hashes) with ordinality as h (hash, place)
        join access_token t on t.token_hash = h.hash
        join client c on c.client_id = t.client_id
        left join organization o on o.organization_id = c.organization_id
        cross join lateral (
            select case when t.family_id is not null then family_holds(t.family_id, c.organization_id) end as customer_id) f
        where t.revoked_at is null and t.expires_at > statement_timestamp()
          and c.revoked_at is null and o.closed_at is null and (t.family_id is null or f.customer_id is not null);
end
$$;

-- Who the customer of an id is now: themselves, or whom they were merged into; null for nobody. For an exporter, which sees
-- only whoever granted it something, and has to tell a refusal from an id of nobody. It lists nobody: whoever asks has the
-- id already, and no organization is ever told one (cdp/keys/pairwise.py).
create function current_customer(customer uuid) returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not is_sealed('exporter') then
        return null;
    end if;
    return (select coalesce(c.merged_into, c.customer_id) from customer c where c.customer_id = current_customer.customer);
end
$$;

-- Write down a lookup with everybody whom the identifiers name, whether or not they granted anything, so that each of
-- them sees it; nobody at all is one row too. The caller learns nothing: the answer is always the same.
-- in   identifiers, own references, and whom the caller may see (one, or nobody)
create function log_lookup(types text[], blinds bytea[], own_types text[], own_blinds bytea[], visible uuid)
returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('exporter');
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
    if organization is null then
        perform refuse('refused');
    end if;
    with holders as materialized (
        select i.customer_id from unnest(types, blinds) as w (type, blind)
        join identifier i on i.type = w.type and i.blind = w.blind
        union
        select r.customer_id from unnest(own_types, own_blinds) as w (type, blind)
        join reference r on r.source_id = organization and r.type = w.type and r.blind = w.blind
        limit 8
    )
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    select person.customer_id, statement_timestamp(), gen_random_uuid(), organization, nullif(current_setting('app.client'), ''),
        'service', 'lookup', app_purpose(), '{}', '{}', 0,
        case when person.customer_id = visible then 'released' when person.customer_id = nobody then 'unknown' else 'refused' end,
        case when person.customer_id = nobody then 'not-found'
             when person.customer_id is distinct from visible and standing_reason(p, statement_timestamp()) in ('granted', 'attested')
             then 'ambiguous'
             else standing_reason(p, statement_timestamp()) end,
        p.act_id
    from (
        select h.customer_id from holders h
        union
        select visible where visible is not null
        union
        select nobody where not exists (select from holders)
    ) person
    left join permission p on p.customer_id = person.customer_id and p.recipient_id = organization and p.purpose = app_purpose();
    return true;
end
$$;
