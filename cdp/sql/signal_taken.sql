-- Note that a receiver has a signal; the first time counts. A verification verifies its stream.
-- in   :organization, :stream, :signals, :at
-- out  event of each
update signal
set standing = 'acknowledged', failure = null, acknowledged_at = coalesce(acknowledged_at, greatest(:at, at))
where organization_id = :organization and stream_id = :stream and signal_id = any (:signals) and standing = 'waiting'
returning event
