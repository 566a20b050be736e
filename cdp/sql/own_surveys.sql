-- What the customer in scope was asked after conversations, newest first.
-- in   :only (one alone, or null), :limit
select s.survey_id, s.organization_id, s.record_id, s.subject_id, s.channel, s.speaker, s.occurred_at, s.asked_at, s.closes_at,
    s.answered_at, s.declined_at, s.sealed
from survey s
where cast(:only as uuid) is null or s.survey_id = :only
order by s.asked_at desc, s.survey_id
limit :limit
