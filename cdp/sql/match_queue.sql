-- Leave subjects of the source in scope to be compared with others later.
-- in   source, moment; subjects
insert into match_due (subject_id, source_id, at)
select s.subject_id, %(source)s, %(moment)s from unnest(%(subjects)s::uuid[]) as s (subject_id)
order by s.subject_id
on conflict do nothing
