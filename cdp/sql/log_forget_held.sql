-- Let everything that waits wait as if it had never been set aside.
with facts as (
    update consent_outbox set held = null, held_since = null where held_since is not null
)
update access_outbox set held = null, held_since = null where held_since is not null
