-- Note how a pull stands and when it is due again.
-- in   :source, :name, :state, :next
update pull
set state = cast(:state as jsonb), next_at = :next
where source_id = :source and name = :name
