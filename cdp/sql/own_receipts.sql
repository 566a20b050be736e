-- The acts of the customer in scope, newest first, a page at a time, each with its place in the consent log.
-- in   :until, :limit; behind (:after_at, :after_act)
-- out  one row for each; without a place while the log does not hold it
select a.act_id, a.kind, a.recipient_id, a.purpose, a.at, o.log_id, o.position,
    coalesce(o.position < (select max(c.size) from checkpoint c where c.log_id = o.log_id), false) as is_signed
from act a
left join lateral (
    select l.log_id, l.position from opening l where l.fact_id = a.act_id and l.kind = 1 order by l.log_id desc limit 1) o on true
where a.at <= :until
  and (a.at, a.act_id) < (:after_at, cast(:after_act as uuid))
order by a.at desc, a.act_id desc
limit :limit
