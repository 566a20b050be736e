-- How the customer in scope wants to be addressed, and every value of a name that stands, the best first.
-- in   :source (the customers' own)
-- out  customer_id, details, own (the subject as which the customer speaks); names as json array of {type, subject, record, sealed as base64}
select c.customer_id, c.details,
    (select s.subject_id from subject s where s.source_id = :source order by s.created_at limit 1) as own,
    coalesce((select json_agg(json_build_object('type', r.type, 'subject', r.subject_id, 'record', r.record_id,
                                                'sealed', encode(r.sealed, 'base64'))
                              order by (r.source_id = :source) desc, (r.standing = 'verified') desc, r.occurred_at desc, r.record_id)
              from record r
              where r.superseded_at is null and r.kind = 'attributes' and r.category = 'contact'
                and r.type in ('first_name', 'name_prefix', 'last_name')), '[]') as names
from customer c
