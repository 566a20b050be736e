-- Who may do what with rules: an organization keeps its own and is told when they fire; whoever stores notes arrivals and
-- sees none; the worker asks the rules through functions, and the customer sees what they said.

do $$
declare
    name text;
begin
    foreach name in array array['rule', 'rule_arrival', 'firing'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
end
$$;
create policy source_wall on rule to cdp_source
    using (organization_id = (select scope_organization('source'))) with check (organization_id = (select scope_organization('source')));
create policy source_wall on rule_arrival for insert to cdp_source
    with check (source_id = (select scope_organization('source')));
grant select, insert, update (ended_at) on rule to cdp_source;
grant insert on rule_arrival to cdp_source;
grant select, delete on rule to cdp_keeper;
grant select, update (left_to, queued_at), delete on rule_arrival to cdp_keeper;
grant select, insert, delete on firing to cdp_keeper;

revoke all on function watched_types, waiting_arrivals, rules_due, finish_arrivals, note_firings, own_firings, forget_firings, remove_rules
    from public;
grant execute on function watched_types to cdp_reader, cdp_exporter, cdp_source, cdp_customer, cdp_auditor, cdp_operator, cdp_doorman,
    cdp_sequencer, cdp_administrator;
grant execute on function waiting_arrivals, rules_due, finish_arrivals to cdp_operator;
grant execute on function note_firings to cdp_exporter;
grant execute on function own_firings to cdp_customer;
grant execute on function forget_firings, remove_rules to cdp_keeper;
alter function watched_types owner to cdp_keeper;
alter function waiting_arrivals owner to cdp_keeper;
alter function rules_due owner to cdp_keeper;
alter function finish_arrivals owner to cdp_keeper;
alter function note_firings owner to cdp_keeper;
alter function own_firings owner to cdp_keeper;
