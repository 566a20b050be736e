-- Who may do what with contacts: an organization sees and adds its own by the functions alone, customers see all of theirs, and
-- the operator takes away what ended unused.

do $$
declare
    name text;
begin
    foreach name in array array['contact', 'contact_turn'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        execute format('create policy exporter_wall on %I for select to cdp_exporter
            using (organization_id = (select scope_organization(''exporter'')))', name);
        execute format('grant select, insert, update, delete on %I to cdp_keeper', name);
        execute format('grant select on %I to cdp_exporter', name);
    end loop;
end
$$;
create policy customer_wall on contact for select to cdp_customer
    using (customer_id = (select scope_customer('customer')));
grant select on contact to cdp_customer;
create policy operator_wall on contact to cdp_operator
    using ((select is_sealed('operator')) and state <> 'made');
grant select (ctid, until, state), delete on contact to cdp_operator;
create policy exporter_wall on change for select to cdp_exporter
    using (organization_id = (select scope_organization('exporter')) and kind = 'erase');
grant select (organization_id, customer_id, kind) on change to cdp_exporter;
grant execute on function contact_facts, reserve_contacts, cancel_contact to cdp_exporter;
grant execute on function contact_names, name_for_contact, make_contacts to cdp_source;
grant execute on function take_contact_turns, join_contacts, forget_contacts to cdp_keeper;

do $$
declare
    name text;
begin
    foreach name in array array[
        'contact_facts', 'reserve_contacts', 'cancel_contact', 'contact_names', 'name_for_contact', 'make_contacts']
    loop
        execute format('alter function public.%I owner to cdp_keeper', name);
    end loop;
end
$$;
