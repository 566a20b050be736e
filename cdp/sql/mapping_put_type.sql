-- Store an organization's own mapping of a type of record.
-- in   :organization, :kind, :name, :category, :details, :pending
insert into record_type (organization_id, kind, type, category, details, pending)
values (:organization, :kind, :name, :category, cast(:details as jsonb), :pending)
on conflict (organization_id, kind, type) do update
set (category, details, pending) = (excluded.category, excluded.details, excluded.pending)
