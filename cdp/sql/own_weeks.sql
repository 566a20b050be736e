-- How often people, computers and nobody (because it was stopped) saw something of the customer in scope, week by week.
-- in   :begins (when each week began, the oldest first), :since (the first of them), :until
-- out  week (its number, from 1 on), human, computer, stopped; no row for a week in which nobody looked
select width_bucket(a.at, cast(:begins as timestamptz[])) as week,
    count(*) filter (where a.outcome = 'released' and c.is_human) as human,
    count(*) filter (where a.outcome = 'released' and c.is_human is not true) as computer,
    count(*) filter (where a.outcome <> 'released') as stopped
from access a
left join client c on c.client_id = a.client_id and c.organization_id = a.organization_id
where a.at >= :since and a.at <= :until and a.organization_id is not null
group by 1
