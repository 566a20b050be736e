-- Who may do what with them: the doorman signs and marks, the operator rotates and clears away.

do $$
declare
    name text;
begin
    foreach name in array array['signing_key', 'used_once'] loop
        execute format('create policy doorman_wall on %I to cdp_doorman
            using ((select is_sealed(''doorman''))) with check ((select is_sealed(''doorman'')))', name);
        execute format('create policy operator_wall on %I to cdp_operator
            using ((select is_sealed(''operator''))) with check ((select is_sealed(''operator'')))', name);
    end loop;
end
$$;
grant select, insert on signing_key to cdp_doorman;
grant select, insert, update (ended_at) on signing_key to cdp_operator;
grant insert, select (word_hash) on used_once to cdp_doorman;
grant select (ctid, expires_at), delete on used_once to cdp_operator;
