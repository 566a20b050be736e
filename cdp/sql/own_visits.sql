-- What the customer in scope looked at, the pages of one kind on one day together, newest first.
-- in   :since, :until, :limit, :zone (whose days); behind (:after_at, :after_access)
-- out  one row for each kind of page and day, as own_log gives them: the newest look of it, when the first was (first_at) and how
--      many there were (times)
select v.customer_id, v.at, v.first_at, v.times, v.access_id, cast(null as uuid) as organization_id, 'customer' as principal,
    v.path, cast(null as text) as purpose, cast('{}' as text[]) as asked, cast('{}' as text[]) as released, 0 as records,
    'released' as outcome, '' as reason, cast(null as text) as program, false as is_human, cast(null as text) as stopped_by
from (
    select a.customer_id, a.path, max(a.at) as at, min(a.at) as first_at, count(*) as times,
        (array_agg(a.access_id order by a.at desc, a.access_id desc))[1] as access_id
    from access a
    where a.principal = 'customer' and a.at <= :until and a.at >= :since
    group by a.customer_id, a.path, cast(a.at at time zone :zone as date)) v
where (v.at, v.access_id) < (:after_at, cast(:after_access as uuid))
order by v.at desc, v.access_id desc
limit :limit
