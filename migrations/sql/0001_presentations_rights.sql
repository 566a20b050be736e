-- Who may do what with codes that are shown: nobody reads them; the two functions do what is to be done.

do $$
declare
    name text;
begin
    foreach name in array array['presentation', 'presentation_miss'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        execute format('create policy operator_wall on %I to cdp_operator using ((select is_sealed(''operator'')))', name);
        execute format('grant select (ctid, expires_at), delete on %I to cdp_operator', name);
    end loop;
end
$$;
grant select, insert, update (expires_at, used_at), delete on presentation to cdp_keeper;
grant select, insert, update (since, expires_at, misses), delete on presentation_miss to cdp_keeper;

revoke all on function make_presentation, exchange_presentation from public;
grant execute on function make_presentation to cdp_customer;
grant execute on function exchange_presentation to cdp_exporter;
alter function make_presentation owner to cdp_keeper;
alter function exchange_presentation owner to cdp_keeper;
