-- Store an organization's own mapping of an attribute.
-- in   :organization, :name, :category, :is_queryable, :details, :pending
insert into attribute (organization_id, attribute, category, is_queryable, details, pending)
values (:organization, :name, :category, :is_queryable, cast(:details as jsonb), :pending)
on conflict (organization_id, attribute) do update
set (category, is_queryable, details, pending) = (excluded.category, excluded.is_queryable, excluded.details, excluded.pending)
