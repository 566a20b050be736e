-- Who may do what with senders and messages: an organization says where it writes from, the operator checks it, the customer
-- reads what was sent to them; whoever asks whether something is real asks through functions.

do $$
declare
    name text;
begin
    foreach name in array array['sender', 'message', 'message_report', 'check_count'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
    foreach name in array array['message', 'message_report'] loop
        execute format('create policy customer_wall on %I for select to cdp_customer
            using (customer_id = any ((select own_customers())::uuid[]))', name);
        execute format('grant select on %I to cdp_customer', name);
    end loop;
end
$$;
grant select, insert, update (is_complete, is_shared, checked_at), delete on sender to cdp_keeper;
grant select, insert, update (checks, subject_id, sealed), delete on message to cdp_keeper;
grant select, insert, delete on message_report to cdp_keeper;
grant select, insert, update (asked, expires_at) on check_count to cdp_keeper;

create policy administrator_wall on sender to cdp_administrator
    using (organization_id = (select scope_organization('administrator')));
grant select, delete on sender to cdp_administrator;
create policy operator_wall on sender to cdp_operator using ((select is_sealed('operator')));
grant select, delete on sender to cdp_operator;
create policy operator_wall on check_count to cdp_operator using ((select is_sealed('operator')));
grant select (ctid, expires_at), delete on check_count to cdp_operator;
-- What nobody was found for leads to nobody, and goes when its code has ended; what was sent to somebody is theirs.
create policy operator_wall on message to cdp_operator
    using ((select is_sealed('operator')) and customer_id = '00000000-0000-0000-0000-000000000000');
grant select (ctid, customer_id, expires_at), delete on message to cdp_operator;
create policy source_wall on message_report for select to cdp_source
    using (organization_id = (select scope_organization('source')));
grant select (report_id, organization_id, kind, message_id, channel, sender_kind, sender, at) on message_report to cdp_source;

revoke all on function host_of, is_within, told_of, may_be_listed, admit_asker, publish_sender, check_sender, published_senders, message_addressee, register_message,
    count_check, message_of_code, message_of_text, message_of_sender, report_message, forget_messages from public;
grant execute on function publish_sender to cdp_administrator;
grant execute on function check_sender to cdp_operator;
grant execute on function published_senders to cdp_visitor, cdp_customer;
grant execute on function message_addressee, register_message to cdp_source;
grant execute on function count_check, message_of_code, message_of_text, message_of_sender to cdp_visitor, cdp_customer;
grant execute on function report_message to cdp_customer;
grant execute on function host_of, is_within, told_of, may_be_listed, admit_asker, forget_messages to cdp_keeper;

do $$
declare
    name text;
begin
    foreach name in array array['publish_sender', 'check_sender', 'published_senders', 'message_addressee', 'register_message',
        'count_check', 'message_of_code', 'message_of_text', 'message_of_sender', 'report_message']
    loop
        execute format('alter function public.%I owner to cdp_keeper', name);
    end loop;
end
$$;
