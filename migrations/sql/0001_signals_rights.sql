-- Who may do what with signals: the organization has its own, the operator sees which wait or died and of nobody whose
-- they are, the customer learns through a function whether they arrived.

do $$
declare
    name text;
begin
    foreach name in array array['signal_stream', 'signal'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
    foreach name in array array['signal_stream', 'signal'] loop
        execute format('create policy source_wall on %I to cdp_source
            using (organization_id = (select scope_organization(''source''))) with check (organization_id = (select scope_organization(''source'')))', name);
        execute format('create policy operator_wall on %I for select to cdp_operator using ((select is_sealed(''operator'')))', name);
    end loop;
end
$$;
grant select, insert, update, delete on signal_stream to cdp_source;
grant select, insert, update (standing, next_at, tries, first_at, failure, acknowledged_at), delete on signal to cdp_source;
grant select (organization_id, stream_id, kind, status, failures, failure, verified_at) on signal_stream to cdp_operator;
grant select (organization_id, stream_id, signal_id, event, at, standing, tries, failure) on signal to cdp_operator;
grant select, update (next_at), delete on signal_stream to cdp_keeper;
grant select, update (standing, queued_at, next_at, tries, first_at, failure) on signal to cdp_keeper;

grant execute on function own_signals to cdp_customer;
grant execute on function take_signal_stream, replay_signals to cdp_operator;
grant execute on function end_signal_streams to cdp_operator, cdp_keeper;
alter function own_signals owner to cdp_keeper;
alter function take_signal_stream owner to cdp_keeper;
alter function replay_signals owner to cdp_keeper;
alter function end_signal_streams owner to cdp_keeper;
