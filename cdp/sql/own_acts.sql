-- Every act of the customer in scope, oldest first, a page at a time.
-- in   :until, :limit; behind (:after_at, :after_act)
-- out  one row for each
select a.act_id, a.kind, a.recipient_id, a.purpose, a.categories, a.sources, a.expires_at, a.at, a.by, a.request_id, a.evidence
from act a
where a.at <= :until
  and (a.at, a.act_id) > (:after_at, cast(:after_act as uuid))
order by a.at, a.act_id
limit :limit
