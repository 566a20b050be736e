-- Store the platform's purposes; a row that is as it should be stays untouched.
-- in   entries  json array of {purpose, details}
insert into purpose (purpose, longest_days, details)
select e.purpose, (e.details ->> 'longest_days')::integer, e.details
from jsonb_to_recordset(%(entries)s::jsonb) as e (purpose text, details jsonb)
on conflict (purpose) do update
set (organization_id, longest_days, details) = (null, excluded.longest_days, excluded.details)
where (purpose.organization_id, purpose.longest_days, purpose.details)
    is distinct from (null, excluded.longest_days, excluded.details)
