-- Add a pull that is due at once.
-- in   :source, :name, :settings, :at
insert into pull (source_id, name, settings, next_at)
values (:source, :name, cast(:settings as jsonb), :at)
on conflict do nothing
