-- What the customer in scope asked of organizations, those that are open first, then the newest.
-- in   :only (one alone, or null), :limit
select d.demand_id, d.organization_id, d.kind, d.record_id, d.access_id, d.category, d.type, d.told, d.asked_at, d.due_at,
    d.extended_at, d.withdrawn_at, d.answered_at, d.answer, d.reason, d.kept_until, d.subject_id, d.words, d.answer_words
from demand d
where cast(:only as uuid) is null or d.demand_id = :only
order by coalesce(d.answered_at, d.withdrawn_at) is not null, coalesce(d.answered_at, d.withdrawn_at, d.asked_at) desc, d.demand_id
limit :limit
