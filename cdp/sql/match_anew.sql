-- Let those be compared anew of whom another likeness is kept by now than was read, or is just being written. Whoever is not
-- is held until the transaction ends: what is found by what was read is kept before anybody changes it.
-- in   moment; arrays, one place for each: subject, source, and the first bytes of the likeness that was read
insert into match_due (subject_id, is_kept, source_id, at)
select r.subject_id, true, r.source_id, %(moment)s
from unnest(%(subjects)s::uuid[], %(sources)s::uuid[], %(marks)s::bytea[]) as r (subject_id, source_id, mark)
cross join lateral (select from likeness k where k.subject_id = r.subject_id limit 1) there
left join lateral (
    select substring(l.sealed for 8) as mark from likeness l where l.subject_id = r.subject_id for share skip locked
) held on true
where held.mark is distinct from r.mark
order by r.subject_id
on conflict do nothing
