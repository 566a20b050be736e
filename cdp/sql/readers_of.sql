-- The living clients of an organization that may read profiles, from the one behind `after`, in the order of ids.
-- in   organization; among  ids to look at, or null for all; after, limit
-- out  client_id
select c.client_id
from client c
join organization o on o.organization_id = c.organization_id
where c.organization_id = %(organization)s::uuid
  and o.closed_at is null
  and c.revoked_at is null
  and 'profiles:read' = any (c.scopes)
  and (%(among)s::text[] is null or c.client_id = any (%(among)s::text[]))
  and c.client_id > %(after)s::text
order by c.client_id
limit %(limit)s::integer
