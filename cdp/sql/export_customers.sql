-- Who has granted the organization in scope anything for its purpose, from the one behind `after`, in the order of ids.
-- Whose permissions these are is the wall's to say.
select p.customer_id
from permission p
join customer c on c.customer_id = p.customer_id
where p.customer_id > %(after)s::uuid
  and c.customer_id > %(after)s::uuid -- says nothing new, but lets a merge of the two begin there
  and greatest(p.expires_at, p.attested_expires_at) > statement_timestamp()
  and c.merged_into is null
order by p.customer_id
limit %(limit)s::integer
