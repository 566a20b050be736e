-- How often people, computers and nobody (because it was stopped) saw something of the customer in scope, week by week.
-- Asking whether we know somebody, or whether they may be read, is no look: as in own_looks.
-- in   :begins (when each week began, the oldest first), :since (the first of them), :until
-- out  week (its number, from 1 on), human, computer, stopped; no row for a week in which nobody looked
select l.week,
    cast(coalesce(sum(l.seen) filter (where c.is_human), 0) as integer) as human,
    cast(coalesce(sum(l.seen) filter (where c.is_human is not true), 0) as integer) as computer,
    cast(sum(l.stopped) as integer) as stopped
from (
    select width_bucket(a.at, cast(:begins as timestamptz[])) as week, a.client_id, a.organization_id,
        count(*) filter (where a.outcome = 'released' and a.path not in ('lookup', 'decision', 'presentation')) as seen,
        count(*) filter (where a.outcome <> 'released') as stopped
    from access a
    where a.at >= :since and a.at <= :until and a.organization_id is not null
    group by 1, 2, 3) l
left join client c on c.client_id = l.client_id and c.organization_id = l.organization_id
group by l.week
