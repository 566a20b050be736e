-- Who has granted the organization in scope anything for its purpose, from the one behind `after`, in the order of ids.
select p.customer_id
from permission p
join customer c on c.customer_id = p.customer_id
where p.recipient_id = (select app_organization()) and p.purpose = (select app_purpose())
  and p.customer_id > %(after)s::uuid
  and greatest(p.expires_at, p.attested_expires_at) > statement_timestamp()
  and c.merged_into is null
order by p.customer_id
limit %(limit)s::integer
