-- Who the customer in scope is to whom: every subject, since when it is known and since when it is theirs.
-- out  subject_id, source_id, created_at, linked_at (null when the dossier began with it)
select s.subject_id, s.source_id, s.created_at, came.at as linked_at
from subject s
left join lateral (
    select l.kind, l.at from link l where l.subject_id = s.subject_id order by l.at desc, l.kind desc limit 1
) latest on true
left join lateral (select latest.at where latest.kind = 'link') came on true
order by s.created_at, s.subject_id
