-- What the organization in scope asked, oldest first, behind (:after_at, :after_id), or one request alone; with what it led to.
-- in   :request (null for all), :state (null for every one), :after_at, :after_id, :limit, :at
-- out  the request without whose it is; customer_id, granted and expires_at where the answer was yes
with page as materialized (
    select r.request_id, r.purpose, r.categories, r.sources, r.days, r.used_by, r.notice, r.asked_at, r.due_at, r.answered_at,
        case when r.state = 'pending' and r.due_at <= :at then 'expired' else r.state end as state
    from access_request r
    where (cast(:request as uuid) is null or r.request_id = :request)
      and (cast(:state as text) is null or :state = case when r.state = 'pending' and r.due_at <= :at then 'expired' else r.state end)
      and (r.asked_at, r.request_id) > (cast(:after_at as timestamptz), cast(:after_id as uuid))
    order by r.asked_at, r.request_id
    limit :limit
)
select p.*, g.customer_id, g.categories as granted, g.expires_at
from page p
left join granted_requests(array(select request_id from page)) g on g.request_id = p.request_id
order by p.asked_at, p.request_id
