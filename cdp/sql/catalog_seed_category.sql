-- Store the platform's categories; a row that is as it should be stays untouched.
-- in   entries  json array of {category, details}
insert into category (category, is_grantable, is_special, details)
select e.category, (e.details ->> 'is_grantable')::boolean, (e.details ->> 'is_special')::boolean, e.details
from jsonb_to_recordset(%(entries)s::jsonb) as e (category text, details jsonb)
on conflict (category) do update
set (organization_id, is_grantable, is_special, details) = (null, excluded.is_grantable, excluded.is_special, excluded.details)
where (category.organization_id, category.is_grantable, category.is_special, category.details)
    is distinct from (null, excluded.is_grantable, excluded.is_special, excluded.details)
