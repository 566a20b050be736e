-- Keep the sealed answer to a call under its key, unless another call with the key was first.
-- in   caller, keyed hash of the key, digest of what the call is about, id of the call, status, sealed answer
insert into idempotency (caller, key_hash, digest, call_id, status, answer, at)
values (%(caller)s, %(hash)s, %(digest)s, %(id)s, %(status)s, %(answer)s, now())
on conflict (caller, key_hash) do update set status = excluded.status, answer = excluded.answer
where idempotency.call_id = excluded.call_id
