-- Who may do what with wishes: a customer's own are their own; an organization learns what it has to know by `wishes_of`; the
-- sequencer holds them against the log. The words of the catalog are everybody's to read.

do $$
declare
    name text;
begin
    foreach name in array array['topic', 'channel', 'offer_kind'] loop
        execute format('create policy catalog on %I for select to cdp_reader, cdp_exporter, cdp_source, cdp_customer,
            cdp_auditor, cdp_operator, cdp_doorman, cdp_sequencer using (true)', name);
        execute format('create policy operator_wall on %I to cdp_operator
            using ((select is_sealed(''operator''))) with check ((select is_sealed(''operator'')))', name);
        execute format('grant select on %I to cdp_reader, cdp_exporter, cdp_source, cdp_customer, cdp_auditor,
            cdp_operator, cdp_doorman, cdp_sequencer', name);
        execute format('grant insert, update on %I to cdp_operator', name);
    end loop;
    foreach name in array array['topic', 'channel'] loop
        execute format('create policy source_wall on %I to cdp_source
            using (organization_id = (select scope_organization(''source'')))
            with check (organization_id = (select scope_organization(''source'')) and not details ? ''is_required'')', name);
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        execute format('grant insert, update (details) on %I to cdp_source', name);
        execute format('grant select, delete on %I to cdp_keeper', name);
    end loop;
    foreach name in array array['wish', 'wish_act'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        execute format('create policy sequencer_wall on %I for select to cdp_sequencer using ((select is_sealed(''sequencer'')))', name);
        execute format('create policy customer_wall on %I to cdp_customer
            using (customer_id = (select scope_customer(''customer''))) with check (customer_id = (select scope_customer(''customer'')))', name);
        execute format('grant select, delete on %I to cdp_keeper', name);
        execute format('grant select on %I to cdp_sequencer', name);
        execute format('grant select, insert on %I to cdp_customer', name);
    end loop;
end
$$;
grant update (document, seq, changed_at) on wish to cdp_customer;

grant insert, update (document, seq, changed_at) on wish to cdp_keeper;
grant insert on wish_act to cdp_keeper;

revoke all on function wishes_of, log_statement, wish_mark, all_wishes_told, change_wishes, join_wishes, part_wishes, forget_wishes from public;
grant execute on function wishes_of to cdp_reader, cdp_exporter;
grant execute on function log_statement, wish_mark, change_wishes, join_wishes, part_wishes, forget_wishes, wishes_told, all_wishes_told to cdp_keeper;
alter function wishes_of owner to cdp_keeper;
alter function log_wishes owner to cdp_keeper;
