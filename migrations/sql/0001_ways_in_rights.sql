-- Who may do what with the ways in: the doorman keeps them, their customer sees them, the operator throws away what is old.

do $$
declare
    name text;
begin
    foreach name in array array['passkey', 'ceremony', 'external_login', 'proof_code'] loop
        execute format('create policy doorman_wall on %I to cdp_doorman
            using ((select is_sealed(''doorman''))) with check ((select is_sealed(''doorman'')))', name);
        execute format('grant select, insert on %I to cdp_doorman', name);
    end loop;
    foreach name in array array['passkey', 'external_login'] loop
        execute format('create policy customer_wall on %I to cdp_customer
            using (customer_id = (select scope_customer(''customer''))) with check (customer_id = (select scope_customer(''customer'')))', name);
        execute format('grant select on %I to cdp_customer', name);
    end loop;
    foreach name in array array['ceremony', 'proof_code'] loop
        execute format('create policy operator_wall on %I to cdp_operator using ((select is_sealed(''operator'')))', name);
        execute format('grant select (ctid, expires_at), delete on %I to cdp_operator', name);
    end loop;
end
$$;
create policy keeper on passkey to cdp_keeper using (true) with check (true);
create policy keeper on external_login to cdp_keeper using (true) with check (true);
create policy keeper on proof_code to cdp_keeper using (true) with check (true);
grant select, delete on passkey, external_login, proof_code to cdp_keeper;

grant update (sign_count, is_synced, used_at) on passkey to cdp_doorman;
grant update (used_at) on ceremony to cdp_doorman;
grant update (customer_id, external_id, made_at, used_at) on external_login to cdp_doorman;
grant update (tries, used_at) on proof_code to cdp_doorman;
grant update (sealed) on passkey to cdp_customer;

revoke all on function forget_ways_in, remove_way_in, prove_identifier from public;
grant execute on function forget_ways_in to cdp_keeper;
grant execute on function remove_way_in to cdp_customer;
grant execute on function prove_identifier to cdp_doorman;

alter function remove_way_in owner to cdp_keeper;
alter function prove_identifier owner to cdp_keeper;
