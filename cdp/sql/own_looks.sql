-- How often each organization looked at the customer in scope, for each purpose, and when last. Asking whether we know
-- somebody, whether they may be read, or who shows a code is no look: it shows nothing of them.
-- in   :since, :until
-- out  organization_id, purpose, last_at (null when nothing was ever released), released, refused (both after :since)
select a.organization_id, a.purpose,
    max(a.at) filter (where a.outcome = 'released' and a.path not in ('lookup', 'decision', 'presentation')) as last_at,
    count(*) filter (where a.outcome = 'released' and a.path not in ('lookup', 'decision', 'presentation') and a.at > :since) as released,
    count(*) filter (where a.outcome <> 'released' and a.at > :since) as refused
from access a
where a.organization_id is not null
  and a.purpose is not null
  and a.at <= :until
group by a.organization_id, a.purpose
