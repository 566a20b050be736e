-- Note that shards of an import are done, or begin again.
-- in   :source, :fingerprints bytea[], :at  timestamptz or null to begin again
update import_job
set done_at = :at,
    position = case when cast(:at as timestamptz) is null then 0 else position end,
    counts = case when cast(:at as timestamptz) is null then jsonb_set(counts, '{offset}', '0') else counts end
where source_id = :source and fingerprint = any (:fingerprints)
