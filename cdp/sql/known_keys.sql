-- Which of the keys that a service names are in the catalog.
-- in   purpose, categories
-- out  kind, key, and the organization that a purpose was added for: null for the platform's own
select 'purpose', p.purpose, p.organization_id from purpose p where p.purpose = %(purpose)s
union all
select 'category', c.category, null
from category c
where c.is_grantable and c.category = any (%(categories)s::text[])
