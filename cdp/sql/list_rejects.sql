-- What a source sent that was not taken, the latest first.
-- in   before  bigint or null, limit
select reject_id, at, path, position, reason, field, message_id, request_id
from reject
where source_id = (select app_organization()) and reject_id < coalesce(:before, 9223372036854775807)
order by reject_id desc
limit :limit
