-- How the customer in scope wants to be addressed, and every value of a name that stands, the best first.
-- in   :source (the customers' own)
-- out  details; names as json array of {type, subject, record, sealed as base64}
select c.details,
    coalesce((select json_agg(json_build_object('type', r.type, 'subject', r.subject_id, 'record', r.record_id,
                                                'sealed', encode(r.sealed, 'base64'))
                              order by (r.source_id = :source) desc, (r.standing = 'verified') desc, r.occurred_at desc, r.record_id)
              from record r
              where r.superseded_at is null and r.kind = 'attributes' and r.category = 'contact'
                and r.type in ('first_name', 'name_prefix', 'last_name')), '[]') as names
from customer c
