-- Mappings whose records are not all re-filed.
-- out  organization_id, kind, name
select organization_id, 'attributes' as kind, attribute as name from attribute where pending is not null
union all
select organization_id, kind, type from record_type where pending is not null
