-- When the first line of the customer in scope happened that a signed checkpoint of the access log does not cover.
-- in   :since, :until, :log, :size (of the checkpoint)
-- out  a moment, or null when all of them are covered
select min(a.at)
from access a
where a.at > :since and a.at <= :until
  and not exists (select from opening o where o.log_id = :log and o.fact_id = a.access_id and o.position < :size)
