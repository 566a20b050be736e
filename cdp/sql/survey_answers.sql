-- The answers of a year that the organization in scope may count for its purpose, still sealed, with the keys of their
-- subjects; each customer whose answers are counted finds a line in their log, in the same statement.
-- in   :begin, :end: of the conversations; :category
with counted as materialized (
    select s.customer_id, s.survey_id, s.subject_id, s.channel, s.speaker, s.occurred_at, s.sealed, k.wrapped
    from survey s join data_key k on k.customer_id = s.customer_id and k.subject_id = s.subject_id
    where s.occurred_at >= :begin and s.occurred_at < :end
), logged as (
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    select c.customer_id, statement_timestamp(), gen_random_uuid(), app_organization(), app_client(), 'service', 'metrics',
        app_purpose(), array[cast(:category as text)], array[cast(:category as text)], count(*), 'released', 'granted', p.act_id
    from counted c join permission p on p.customer_id = c.customer_id
    group by c.customer_id, p.act_id
)
select customer_id, survey_id, uuid_send(subject_id) || wrapped as named, channel, speaker, occurred_at, sealed
from counted
