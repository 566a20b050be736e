-- Keep the answer to a call under its key, unless another call with the key was first.
-- in   caller, hash of the key, digest of the body, status, answer
insert into idempotency (caller, key_hash, digest, status, answer, at)
values (%s, %s, %s, %s, %s::jsonb, now())
on conflict do nothing
