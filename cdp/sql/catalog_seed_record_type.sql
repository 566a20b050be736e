-- Store the platform's record types; a row that is as it should be stays untouched.
-- in   entries  json array of {kind, type, category, details}
insert into record_type (organization_id, kind, type, category, details)
select '00000000-0000-0000-0000-000000000000', e.kind, e.type, e.category, e.details
from jsonb_to_recordset(%(entries)s::jsonb) as e (kind text, type text, category text, details jsonb)
on conflict (organization_id, kind, type) do update
set (category, details) = (excluded.category, excluded.details)
where (record_type.category, record_type.details) is distinct from (excluded.category, excluded.details)
