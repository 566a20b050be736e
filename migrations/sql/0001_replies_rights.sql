-- Who may do what with replies: customers see their own, and say them through a function; an organization writes down who wants a
-- human, and reads and settles what was said to it, through functions that log it.

create policy keeper on reply to cdp_keeper using (true) with check (true);
grant select, insert, update (customer_id, taken_at, done_at), delete on reply to cdp_keeper;
create policy customer_wall on reply for select to cdp_customer using (customer_id = any ((select own_customers())::uuid[]));
grant select on reply to cdp_customer;

revoke all on function send_reply, hand_over, conversation_key, read_replies, settle_reply, keep_reply, forget_replies from public;
grant execute on function send_reply to cdp_customer;
grant execute on function hand_over, conversation_key, read_replies, settle_reply to cdp_source;
grant execute on function keep_reply, forget_replies, decision_reason to cdp_keeper;
alter function send_reply owner to cdp_keeper;
alter function read_replies owner to cdp_keeper;
alter function settle_reply owner to cdp_keeper;
alter function hand_over owner to cdp_keeper;
alter function conversation_key owner to cdp_keeper;
