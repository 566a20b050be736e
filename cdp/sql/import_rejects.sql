-- What an import has rejected, in the order of its file.
-- in   :source, :request, :since
-- out  position (the line), reason, field
select r.position, r.reason, r.field
from reject r
where r.source_id = :source and r.request_id = :request and r.at >= :since
order by r.position, r.reject_id
