-- The offers of the organization in scope that stand now, for one purpose.
-- in   purpose, offers  ids, or null for all
-- out  offer_id, kind, has_legal_effect, valid_until, expression
select offer_id, kind, has_legal_effect, valid_until, expression
from offer
where purpose = %(purpose)s
  and (%(offers)s::uuid[] is null or offer_id = any (%(offers)s::uuid[]))
  and ended_at is null and valid_from <= statement_timestamp() and valid_until > statement_timestamp()
order by offer_id
