-- The changes of wishes of the customer in scope, newest first, a page at a time.
-- in   :until, :limit; behind (:after_at, :after_wish)
-- out  wish_id, at, said; is_signed: whether a signed checkpoint covers it
select w.wish_id, w.at, w.said, coalesce(o.position < (
    select c.size from checkpoint c where c.log_id = o.log_id order by c.size desc limit 1), false) as is_signed
from wish_act w
left join lateral (
    select l.log_id, l.position from opening l where l.fact_id = w.wish_id and l.kind = 1 order by l.log_id desc limit 1) o on true
where w.at <= :until
  and (w.at, w.wish_id) < (:after_at, cast(:after_wish as uuid))
order by w.at desc, w.wish_id desc
limit :limit
