-- An organization's own administrators: its programs, write keys and details. Of another organization they see nothing, and
-- what they give their programs the operator allowed: both are checked here, whatever the program above does.

-- What the operator lets the organization in scope give its own programs.
create function allowed_scopes() returns text[]
language sql stable
return array(
    select jsonb_array_elements_text(o.details -> 'scopes') from organization o where o.organization_id = app_organization());

grant usage on schema public to cdp_administrator;
grant execute on function is_sealed(text), app_organization(), app_client(), scope_organization(text), allowed_scopes()
    to cdp_administrator;

create policy administrator_wall on organization for select to cdp_administrator
    using (organization_id = (select scope_organization('administrator')));
-- What it may give is not its own to say.
create policy administrator_says on organization for update to cdp_administrator
    using (organization_id = (select scope_organization('administrator')))
    with check (organization_id = (select scope_organization('administrator'))
        and array(select jsonb_array_elements_text(details -> 'scopes')) = (select allowed_scopes()));
grant select, update (details) on organization to cdp_administrator;

-- Ending is always allowed.
create policy administrator_wall on client to cdp_administrator
    using (organization_id = (select scope_organization('administrator')))
    with check (organization_id = (select scope_organization('administrator'))
        and (revoked_at is not null or scopes <@ (select allowed_scopes())));
grant select, insert, update (secret_hash, keys, algorithms, redirect_uris, logout_uris, grant_types, revoked_at)
    on client to cdp_administrator;
create policy administrator_wall on write_key to cdp_administrator
    using (organization_id = (select scope_organization('administrator')))
    with check (organization_id = (select scope_organization('administrator'))
        and (revoked_at is not null or 'tracking_api:write' = any ((select allowed_scopes())::text[])));
grant select, insert, update (revoked_at) on write_key to cdp_administrator;

-- What a program holds ends with it.
do $$
declare
    name text;
begin
    foreach name in array array['access_token', 'token_family'] loop
        execute format('create policy administrator_wall on %I to cdp_administrator
            using (client_id in (select c.client_id from client c where c.organization_id = scope_organization(''administrator'')))', name);
        execute format('grant select (client_id, revoked_at), update (revoked_at) on %I to cdp_administrator', name);
    end loop;
end
$$;

-- What ended stays ended: only the operator lets a program in again.
do $$
declare
    name text;
begin
    foreach name in array array['client', 'write_key', 'access_token', 'token_family'] loop
        execute format('create policy administrator_revives_nothing on %I as restrictive for update to cdp_administrator
            using (revoked_at is null) with check (true)', name);
    end loop;
end
$$;

create policy administrator_wall on idempotency to cdp_administrator
    using (caller = (select scope_organization('administrator'))::text)
    with check (caller = (select scope_organization('administrator'))::text);
grant select, insert, update (status, answer, at), delete on idempotency to cdp_administrator;
