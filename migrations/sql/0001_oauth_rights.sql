-- Who may do what with them: the doorman signs and marks, the operator rotates and clears away.

do $$
declare
    name text;
begin
    foreach name in array array['signing_key', 'used_once', 'authorization_request', 'token_family', 'family_token'] loop
        execute format('create policy doorman_wall on %I to cdp_doorman
            using ((select is_sealed(''doorman''))) with check ((select is_sealed(''doorman'')))', name);
        if name <> 'family_token' then -- it goes with its family
            execute format('create policy operator_wall on %I to cdp_operator
                using ((select is_sealed(''operator''))) with check ((select is_sealed(''operator'')))', name);
        end if;
    end loop;
end
$$;
grant select, insert on signing_key to cdp_doorman;
grant select, insert, update (ended_at) on signing_key to cdp_operator;
grant insert, select (word_hash) on used_once to cdp_doorman;
grant select (ctid, expires_at), delete on used_once to cdp_operator;

grant select, insert, update (used_at, customer_id, request_id) on authorization_request to cdp_doorman;
grant select, update (key_hash, expires_at, revoked_at) on token_family to cdp_doorman;
grant select, insert, update (used_at) on family_token to cdp_doorman;
grant select (ctid, expires_at), delete on authorization_request, token_family to cdp_operator;
grant select (client_id, revoked_at), update (revoked_at) on token_family to cdp_operator;

-- The customer's answer becomes a code in the same transaction; the keeper lets all of it go with them.
do $$
declare
    name text;
begin
    foreach name in array array['authorization_request', 'token_family', 'family_token'] loop
        execute format('create policy customer_wall on %I to cdp_customer
            using (customer_id = (select scope_customer(''customer''))) with check (customer_id = (select scope_customer(''customer'')))', name);
        if name <> 'family_token' then
            execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        end if;
    end loop;
end
$$;
grant select, update (used_at) on authorization_request to cdp_customer;
grant insert on token_family, family_token to cdp_customer;
grant select, delete on authorization_request, token_family to cdp_keeper;
grant execute on function family_holds to cdp_keeper;
grant execute on function check_family to cdp_doorman;
alter function check_family owner to cdp_keeper;
grant select (redirect_uris, revoked_at) on client to cdp_customer; -- whether the app that asks is still there
