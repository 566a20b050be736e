-- Note how far a shard of an import is, in the transaction that stores what came before.
-- in   source, fingerprint, line, state, moment
insert into import_job (source_id, fingerprint, position, counts, updated_at)
values (%s, %s, %s, %s::jsonb, %s)
on conflict (source_id, fingerprint) do update
    set (position, counts, updated_at) = (excluded.position, excluded.counts, excluded.updated_at)
