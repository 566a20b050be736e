-- Whether an act stands under a signed checkpoint.
-- in   :fact
select exists (
    select from opening o
    where o.fact_id = cast(:fact as uuid) and o.kind = 1
      and o.position < (select c.size from checkpoint c where c.log_id = o.log_id order by c.size desc limit 1))
