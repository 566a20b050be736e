-- What is to be told to the customer in scope: the looks of each organization since the last letter, marked as told.
-- in   :at
-- out  organization_id, seen, stopped; one row for each organization whose letter is due
with due as (
    select a.customer_id, a.organization_id, a.told_until
    from alert a
    where a.told_at is null
       or a.told_at <= :at - case a.rhythm when 'daily' then interval '1 day' else interval '15 minutes' end
), looked as (
    select d.customer_id, d.organization_id,
        count(a.*) filter (where a.outcome = 'released' and a.path <> 'decision') as seen, count(a.*) filter (where a.outcome <> 'released') as stopped
    from due d
    left join access a on a.organization_id = d.organization_id and a.at > d.told_until and a.at <= :at
    group by d.customer_id, d.organization_id
), told as (
    update alert a
    set told_until = :at, told_at = case when l.seen + l.stopped > 0 then :at else a.told_at end
    from looked l
    where a.customer_id = l.customer_id and a.organization_id = l.organization_id
)
select organization_id, seen, stopped from looked
