-- Put every act of everybody who is here into the outbox of the consent log, in the order in which they were made.
-- out  how many
with told as (
    insert into consent_outbox (fact, customer_id, fact_id, seq, at, salt)
    select 'act', a.customer_id, a.act_id, a.seq, statement_timestamp(), new_salt()
    from act a
    where exists (select from customer c where c.customer_id = a.customer_id)
    order by a.at, a.customer_id, a.seq
    returning 1
)
select count(*) from told
