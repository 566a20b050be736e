-- Let the next so many subjects of all be compared with others; what customers say of themselves is not.
-- in   :moment; :customer, :subject  the last ones of before; :own  the customers' own source; :most
-- out  how many, and the last of them
with next as (
    select s.customer_id, s.subject_id, s.source_id from subject s
    where (s.customer_id, s.subject_id) > (:customer, :subject)
    order by s.customer_id, s.subject_id
    limit :most
), queued as (
    insert into match_due (subject_id, source_id, at)
    select n.subject_id, n.source_id, :moment from next n where n.source_id <> :own
    on conflict do nothing
)
select counted.seen, last.customer_id, last.subject_id
from (select count(*) as seen from next) counted
left join (select n.customer_id, n.subject_id from next n order by 1 desc, 2 desc limit 1) last on true
