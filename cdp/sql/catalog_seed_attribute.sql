-- Store the platform's attributes; a row that is as it should be stays untouched.
-- in   entries  json array of {attribute, details}
insert into attribute (organization_id, attribute, category, is_queryable, details)
select '00000000-0000-0000-0000-000000000000', e.attribute, e.details ->> 'category',
       (e.details ->> 'is_queryable')::boolean, e.details
from jsonb_to_recordset(%(entries)s::jsonb) as e (attribute text, details jsonb)
on conflict (organization_id, attribute) do update
set (category, is_queryable, details) = (excluded.category, excluded.is_queryable, excluded.details)
where (attribute.category, attribute.is_queryable, attribute.details)
    is distinct from (excluded.category, excluded.is_queryable, excluded.details)
