-- How often people, computers and nobody (because it was stopped) saw something of the customer in scope, week by week.
-- in   :since (a Monday), :until, :zone
-- out  number of the week from :since on, human, computer, stopped
select (floor(extract(epoch from (a.at at time zone :zone) - (cast(:since as timestamptz) at time zone :zone)) / 604800))::integer as week,
    count(*) filter (where a.outcome = 'released' and c.is_human) as human,
    count(*) filter (where a.outcome = 'released' and c.is_human is not true) as computer,
    count(*) filter (where a.outcome <> 'released') as stopped
from access a
left join client c on c.client_id = a.client_id and c.organization_id = a.organization_id
where a.at >= :since and a.at <= :until and a.organization_id is not null
group by 1
