-- Subjects that are with somebody else than the last link or un-link says or, where there is none, than they began with.
-- out  subject_id
with latest as (
    select distinct on (l.subject_id) l.subject_id, case l.kind when 'link' then l.customer_id else l.from_id end as customer_id
    from link l
    left join opening o on o.fact_id = l.link_id and o.kind = 1
    order by l.subject_id, l.at desc, o.position desc
)
select s.subject_id
from subject s
left join latest l on l.subject_id = s.subject_id
where s.customer_id <> coalesce(l.customer_id, s.origin_id)
  and (l.customer_id is not null or exists (select from customer c where c.customer_id = s.origin_id))
