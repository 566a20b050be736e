-- Who may do what with letters: the customer's own rows are their own; the operator learns who is due, and no more.

do $$
declare
    name text;
begin
    foreach name in array array['reminder', 'receipt_letter'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        execute format('create policy customer_wall on %I to cdp_customer
            using (customer_id = (select scope_customer(''customer''))) with check (customer_id = (select scope_customer(''customer'')))', name);
        execute format('grant select, insert, delete on %I to cdp_customer', name);
        execute format('grant select, delete on %I to cdp_keeper', name);
    end loop;
end
$$;
grant update (kept_at, told_at) on reminder to cdp_customer;
grant update (told_until) on receipt_letter to cdp_customer;
grant execute on function reviewed_at to cdp_customer, cdp_keeper;
grant execute on function open_at, either to cdp_customer;
grant execute on function forget_letters to cdp_keeper;
grant execute on function reminders_due, receipt_letters_due to cdp_operator;
alter function reminders_due owner to cdp_keeper;
alter function receipt_letters_due owner to cdp_keeper;
