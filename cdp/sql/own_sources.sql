-- Who knows the customer in scope: every subject, by what it is known, since when, and why it was linked.
-- out  one row for each subject, with json arrays of its names (type, sealed as base64) and identifiers (also with their hash,
--      under which they are sealed)
select s.subject_id, s.source_id, s.created_at,
    edge.reason, edge.at as linked_at,
    coalesce((select json_agg(json_build_object('type', r.type, 'sealed', encode(r.sealed, 'base64')) order by r.type, r.blind)
              from reference r where r.subject_id = s.subject_id), '[]') as names,
    coalesce((select json_agg(json_build_object('type', i.type, 'is_verified', i.is_verified, 'since', i.since,
                  'row', encode(i.blind, 'hex'), 'sealed', encode(i.sealed, 'base64')) order by i.type, i.since)
              from identifier i where i.subject_id = s.subject_id), '[]') as identifiers,
    coalesce(held.records, 0) as records, coalesce(talks.interactions, 0) as interactions
from subject s
left join (select r.subject_id, count(*) as records from record r where r.superseded_at is null group by r.subject_id) held
    using (subject_id)
left join (select i.subject_id, count(*) as interactions from interaction i group by i.subject_id) talks using (subject_id)
left join lateral (
    select l.reason, l.at
    from link l
    where l.subject_id = s.subject_id and l.kind = 'link'
      and not exists (select from link u where u.merge_id = l.merge_id and u.subject_id = l.subject_id and u.kind = 'unlink')
    order by l.at desc
    limit 1
) edge on true
order by s.created_at, s.subject_id
