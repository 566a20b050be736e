-- Who may do what with the logs. Anybody may read what is published; only the sequencer adds; openings are for the
-- auditor and for the customer whom they are about.

grant usage on schema public to cdp_visitor;
grant execute on function is_sealed(text) to cdp_visitor;

do $$
declare
    name text;
begin
    foreach name in array array['log', 'log_key', 'leaf', 'node', 'checkpoint'] loop
        execute format('create policy visitor_wall on %I for select to cdp_visitor using ((select is_sealed(''visitor'')))', name);
        execute format('create policy auditor_wall on %I for select to cdp_auditor using ((select is_sealed(''auditor'')))', name);
        execute format('create policy customer_wall on %I for select to cdp_customer
            using ((select scope_customer(''customer'')) is not null)', name);
        execute format('grant select on %I to cdp_visitor, cdp_auditor, cdp_customer', name);
    end loop;
    foreach name in array array[
        'log', 'log_key', 'leaf', 'node', 'checkpoint', 'opening', 'pseudonym', 'consent_outbox', 'access_outbox'] loop
        execute format('create policy sequencer_wall on %I to cdp_sequencer
            using ((select is_sealed(''sequencer''))) with check ((select is_sealed(''sequencer'')))', name);
        execute format('grant select on %I to cdp_sequencer', name);
    end loop;
    foreach name in array array['pseudonym', 'consent_outbox', 'access_outbox'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
end
$$;
grant insert on log, log_key, leaf, node, checkpoint, opening, pseudonym, consent_outbox to cdp_sequencer;
grant execute on function new_salt() to cdp_sequencer;
grant update (size, ended_at) on log to cdp_sequencer;
grant update (held, held_since) on consent_outbox, access_outbox to cdp_sequencer;
grant delete on opening, pseudonym, consent_outbox, access_outbox to cdp_sequencer;
grant insert on consent_outbox, access_outbox to cdp_keeper;
grant select on pseudonym to cdp_keeper;
grant select on access to cdp_keeper;
grant update (customer_id) on access to cdp_keeper;
grant update (customer_id, request_id, evidence, other_id, other) on act to cdp_keeper;

-- Everybody's auditor sees what is about nobody: anchors, erasures and rules (kinds 2 to 4). Who looked is not of that.
create policy auditor_wall on opening for select to cdp_auditor
    using ((select is_sealed('auditor'))
        and ((select app_organization()) is null or organization_id = (select app_organization())
             or kind >= 2 and kind <= 4 and organization_id = '00000000-0000-0000-0000-000000000000'
                and pseudonym = '00000000-0000-0000-0000-000000000000'));
create policy customer_wall on opening for select to cdp_customer using (pseudonym = any ((select own_pseudonyms())::uuid[]));
grant select on opening to cdp_auditor, cdp_customer;

-- What the sequencer tells of, it has to see.
create policy sequencer_wall on act for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on access for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on customer for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on permission for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on link for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on subject for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on message for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on message_report for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on demand for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on reply for select to cdp_sequencer using ((select is_sealed('sequencer')));
create policy sequencer_wall on firing for select to cdp_sequencer using ((select is_sealed('sequencer')));
grant select on act, access, permission to cdp_sequencer;
grant select (message_id, registered_at) on message to cdp_sequencer;
grant select (report_id, kind, at) on message_report to cdp_sequencer;
grant select (reply_id, at) on reply to cdp_sequencer;
grant select (demand_id, asked_at) on demand to cdp_sequencer;
grant select (firing_id, at) on firing to cdp_sequencer;
grant select (customer_id, link_id, subject_id, from_id, kind, reason, at) on link to cdp_sequencer;
grant select (customer_id, subject_id, source_id, origin_id) on subject to cdp_sequencer;
grant select (customer_id, merged_into) on customer to cdp_sequencer;

grant execute on function own_pseudonyms() to cdp_customer;
grant execute on function record_expiries(integer, timestamptz), part_with(uuid[]), tell_said_again() to cdp_sequencer;

do $$
declare
    name text;
begin
    foreach name in array array[
        'log_acts', 'log_links', 'log_accesses', 'own_pseudonyms', 'record_expiries', 'part_with', 'tell_said_again']
    loop
        execute format('alter function public.%I owner to cdp_keeper', name);
    end loop;
    foreach name in array array['new_salt', 'log_erasure', 'check_permission', 'refuse_change', 'refuse_change_but_parting'] loop
        execute format('grant execute on function public.%I to cdp_keeper', name);
    end loop;
end
$$;
