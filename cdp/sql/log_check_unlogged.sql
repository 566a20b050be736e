-- What happened to customers who are here that no log tells of and no outbox holds: acts, what was stated to or by an
-- organization (messages, reports, replies, demands, rules that fired), and accesses. Wishes and links have checks of their own.
-- in   consent and access: the logs
select 'consent' as log, a.act_id as fact_id
from act a
join customer c on c.customer_id = a.customer_id
where not exists (select from opening o where o.fact_id = a.act_id and o.kind = 1 and o.log_id = %(consent)s)
  and not exists (select from consent_outbox w where w.fact_id = a.act_id)
union all
select 'consent', s.fact_id
from (
    select m.message_id as fact_id, m.registered_at as at from message m
    union all
    select r.report_id, r.at from message_report r where r.kind = 'was-a-computer'
    union all
    select r.reply_id, r.at from reply r
    union all
    select d.demand_id, d.asked_at from demand d
    union all
    select f.firing_id, f.at from firing f
) s
where s.at >= (select l.begun_at from log l where l.log_id = %(consent)s)
  and not exists (select from opening o where o.fact_id = s.fact_id and o.kind = 1 and o.log_id = %(consent)s)
  and not exists (select from consent_outbox w where w.fact_id = s.fact_id)
union all
select 'access', a.access_id
from access a
where a.at >= (select l.begun_at from log l where l.log_id = %(access)s)
  and (a.customer_id = '00000000-0000-0000-0000-000000000000'
       or exists (select from customer c where c.customer_id = a.customer_id))
  and not exists (select from opening o where o.fact_id = a.access_id and o.kind = 5 and o.log_id = %(access)s)
  and not exists (select from access_outbox w where w.access_id = a.access_id)
