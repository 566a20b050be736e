-- Let subjects whose likeness is up to date be compared with others, once this is committed.
-- in   moment; arrays, one place for each subject
insert into match_due (subject_id, is_kept, source_id, at)
select d.subject_id, true, d.source_id, %(moment)s
from unnest(%(subjects)s::uuid[], %(sources)s::uuid[]) as d (subject_id, source_id)
order by d.subject_id
on conflict do nothing
