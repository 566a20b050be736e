-- A page of a log in the order of its positions: the acts or the accesses that fit the filters and may be seen.
-- in   :log, :kind, :first, :end (positions to look at), :limit; :events (which of them);
--      :organization, :purpose, :outcome, :since, :until or null
-- out  position, kind, fact_id, seq, salt, body
select o.position, o.kind, o.fact_id, o.seq, o.salt, o.body
from opening o
cross join lateral (select convert_from(o.body, 'UTF8')::jsonb as said) b
where o.log_id = :log
  and o.kind = :kind
  and o.position >= :first
  and o.position < :end
  and b.said ->> 'event' = any (cast(:events as text[]))
  and (cast(:organization as uuid) is null or o.organization_id = cast(:organization as uuid))
  and (cast(:purpose as text) is null or b.said ->> 'purpose' = cast(:purpose as text))
  and (cast(:outcome as text) is null or b.said ->> 'outcome' = cast(:outcome as text))
  and (cast(:since as timestamptz) is null or (b.said ->> 'at')::timestamptz >= cast(:since as timestamptz))
  and (cast(:until as timestamptz) is null or (b.said ->> 'at')::timestamptz < cast(:until as timestamptz))
order by o.position
limit :limit
