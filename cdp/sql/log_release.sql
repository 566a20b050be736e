-- Give every fact that is set aside another turn.
-- out  how many they are
with facts as (
    update consent_outbox set held = null where held is not null returning entry_id
), reads as (
    update access_outbox set held = null where held is not null returning entry_id
)
select (select count(*) from facts) + (select count(*) from reads)
