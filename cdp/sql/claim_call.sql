-- Claim a call under its key for this transaction, or again for a later one of the same call.
-- in   caller, keyed hash of the key, digest of what the call is about, id of the call
-- out  its id, or nothing when another call with the key was first
insert into idempotency (caller, key_hash, digest, call_id, at)
values (:caller, :hash, :digest, :id, now())
on conflict (caller, key_hash) do update set at = excluded.at where idempotency.call_id = excluded.call_id
returning call_id
