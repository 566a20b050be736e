-- Where an organization itself files an attribute or a type of record; no row when it leaves that to the platform.
-- in   :organization, :kind ('attributes' or a kind of record), :name
-- out  category, is_queryable, pending
select category, is_queryable, pending from attribute
where organization_id = :organization and attribute = :name and :kind = 'attributes'
union all
select category, false, pending from record_type
where organization_id = :organization and type = :name and kind = :kind
