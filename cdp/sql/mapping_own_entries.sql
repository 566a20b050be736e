-- Everything that an organization mapped itself.
-- in   :organization
-- out  kind, name, category
select 'attributes' as kind, attribute as name, category from attribute where organization_id = :organization
union all
select kind, type, category from record_type where organization_id = :organization
order by 1, 2
