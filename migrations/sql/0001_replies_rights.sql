-- Who may do what with replies: customers see their own, and say them through a function; an organization writes down who wants a
-- human, and reads and settles what was said to it, through functions that log it.

create policy keeper on reply to cdp_keeper using (true) with check (true);
grant select, insert, update (customer_id, taken_at, done_at), delete on reply to cdp_keeper;
create policy customer_wall on reply for select to cdp_customer using (customer_id = any ((select own_customers())::uuid[]));
grant select on reply to cdp_customer;

-- What an employee sees on a customer's card: what was said to the own organization, where the conversation it is of is open. The
-- words of a customer are a statement of theirs; what the organization wrote down is a conversation of its own.
create policy exporter_wall on reply for select to cdp_exporter
    using (organization_id = (select scope_organization('exporter')));
create policy exporter_gate on reply as restrictive for select to cdp_exporter
    using (exists (
        select from permission p
        where p.customer_id = reply.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                    case reply.by when 'customer' then customer_source() else reply.organization_id end, 'conversations',
                    statement_timestamp())));
grant select on reply to cdp_exporter;

revoke all on function send_reply, hand_over, conversation_key, read_replies, settle_reply, keep_reply, forget_replies from public;
grant execute on function send_reply to cdp_customer;
grant execute on function hand_over, conversation_key, read_replies, settle_reply to cdp_source;
grant execute on function keep_reply, forget_replies, decision_reason to cdp_keeper;
alter function send_reply owner to cdp_keeper;
alter function read_replies owner to cdp_keeper;
alter function settle_reply owner to cdp_keeper;
alter function hand_over owner to cdp_keeper;
alter function conversation_key owner to cdp_keeper;
