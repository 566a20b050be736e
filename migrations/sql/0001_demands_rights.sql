-- Who may do what with demands and alerts: the customer makes them, the organization that was asked answers through a
-- function, the operator sees that there is one and whether it is late, and no word of it.

do $$
declare
    name text;
begin
    foreach name in array array['demand', 'alert'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        execute format('create policy customer_wall on %I to cdp_customer
            using (customer_id = (select scope_customer(''customer''))) with check (customer_id = (select scope_customer(''customer'')))', name);
        execute format('grant select, insert on %I to cdp_customer', name);
    end loop;
end
$$;
grant update (withdrawn_at) on demand to cdp_customer;
grant update (rhythm, told_until, told_at), delete on alert to cdp_customer;
create policy operator_wall on demand for select to cdp_operator using ((select is_sealed('operator')));
grant select (demand_id, organization_id, kind, asked_at, due_at, extended_at, withdrawn_at, answered_at, answer) on demand to cdp_operator;
grant select, update, delete on demand to cdp_keeper;
grant select, delete on alert to cdp_keeper;
grant update (disputed_at) on record, interaction to cdp_keeper;

-- What an employee sees on a customer's card: that something is asked of the own organization, and no word of it.
create policy exporter_wall on demand for select to cdp_exporter
    using (organization_id = (select scope_organization('exporter')));
create policy exporter_gate on demand as restrictive for select to cdp_exporter
    using (exists (
        select from permission p
        where p.customer_id = demand.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and standing_reason(p, statement_timestamp()) in ('granted', 'attested')));
grant select (customer_id, organization_id, kind, category, type, asked_at, due_at, withdrawn_at, answered_at)
    on demand to cdp_exporter;

-- Whose program looked, and whether people look through it: the customer reads names, and no secret.
create policy customer_wall on client for select to cdp_customer using ((select scope_customer('customer')) is not null);
grant select (client_id, organization_id, name, is_human) on client to cdp_customer;

grant execute on function forget_record, forget_demands to cdp_keeper;
grant execute on function demands_to, answer_demand to cdp_source;
grant execute on function erase_own_statement to cdp_customer;
grant execute on function alerts_due to cdp_operator;
alter function demands_to owner to cdp_keeper;
alter function log_demands owner to cdp_keeper;
alter function answer_demand owner to cdp_keeper;
alter function erase_own_statement owner to cdp_keeper;
alter function alerts_due owner to cdp_keeper;
