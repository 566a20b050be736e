-- Some of the people whom an organization and another one know, in an order that has to do with nobody.
-- in   :source, :own (the customers' own source), :salt, :limit
select s.customer_id
from subject s
where s.source_id = :source and exists (
    select from subject o
    where o.customer_id = s.customer_id and o.source_id <> :source and o.source_id <> :own)
group by s.customer_id
order by md5(s.customer_id::text || :salt)
limit :limit
