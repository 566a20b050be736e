-- Write the reject log.
-- in   source, moment, path; arrays, one place for each
insert into reject (source_id, at, path, position, reason, field, message_id, request_id)
select %(source)s, %(moment)s, %(path)s, r.position, r.reason, r.field, r.message_id, r.request_id
from unnest(%(positions)s::integer[], %(reasons)s::text[], %(fields)s::text[], %(messages)s::text[], %(requests)s::text[])
    as r (position, reason, field, message_id, request_id)
