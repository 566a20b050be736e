-- The addresses and numbers that the customer in scope proved.
-- in   :source (the customers' own)
-- out  type, subject_id, sealed, since; addresses first
select i.type, r.subject_id, r.sealed, i.since
from reference r
join identifier i
    on i.source_id = r.source_id and i.subject_id = r.subject_id and i.blind = r.blind
    and r.type = case i.type when 'email' then 'customer' else i.type end
where r.source_id = :source and i.is_verified
order by i.type, i.since, r.blind
