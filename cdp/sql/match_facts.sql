-- What stands of subjects that identifies them, and the likeness that was made of it before; all of it sealed.
-- in   arrays, one place for each subject
-- out  subject; the record, its attribute and value; or the subject again, nothing and its likeness; or the source, '=' and
--      the keyed hash of a customer number that it verified; or the keyed hash, '@email' or '@phone', and what it was named by
select uuid_send(r.subject_id), uuid_send(r.record_id), r.type, r.sealed
from unnest(%(customers)s::uuid[], %(subjects)s::uuid[]) as wanted (customer_id, subject_id)
cross join lateral (
    select x.subject_id, x.record_id, x.type, x.sealed
    from record x
    where x.customer_id = wanted.customer_id and x.subject_id = wanted.subject_id and x.kind = 'attributes'
      and x.type = any (identifying_attributes()) and x.superseded_at is null
    union all
    select l.subject_id, l.subject_id, null, l.sealed
    from likeness l
    where l.customer_id = wanted.customer_id and l.subject_id = wanted.subject_id
    union all
    select i.subject_id, case i.type when 'customer_number' then i.source_id else encode(i.blind, 'hex')::uuid end,
           case i.type when 'customer_number' then '=' else '@' || i.type end,
           case i.type when 'customer_number' then i.blind else i.sealed end
    from identifier i
    where i.customer_id = wanted.customer_id and i.subject_id = wanted.subject_id
      and (i.type <> 'customer_number' and i.sealed is not null or i.type = 'customer_number' and i.is_verified)
) r
