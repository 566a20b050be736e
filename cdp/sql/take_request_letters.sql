-- What is asked of the customer in scope and was not told yet, marked as told; of two who take at the same time the second gets
-- none.
-- in   :at
-- out  request_id, organization_id
update access_request r set told_at = :at
where r.request_id in (
    select x.request_id from access_request x
    where x.told_at is null and x.state = 'pending' and x.due_at > :at
    for update skip locked)
returning r.request_id, r.organization_id
