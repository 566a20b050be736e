-- Who has granted the organization in scope anything for its purpose, from the one behind `after`, in the order of ids.
-- Whose permissions these are is the wall's to say.
select p.customer_id
from permission p
where p.customer_id > %(after)s::uuid
  and greatest(p.expires_at, p.attested_expires_at) > statement_timestamp()
  and (select true from customer c where c.customer_id = p.customer_id
           and (c.merged_into is null) is not true) is not true -- said so that no index of shells is read in its place
order by p.customer_id
limit %(limit)s::integer
