-- The partitions of this period and the next that are not there.
-- in   the moment
-- out  names, or null
with moment as (
    select %s::timestamptz at time zone 'UTC' as at
), wanted as (
    select 'interaction_' || to_char(at, 'YYYY') as name from moment
    union select 'interaction_' || to_char(at + interval '1 year', 'YYYY') from moment
    union select 'access_' || to_char(at, 'YYYY_MM') from moment
    union select 'access_' || to_char(date_trunc('month', at) + interval '1 month', 'YYYY_MM') from moment
)
select array_agg(name order by name) from wanted where to_regclass('public.' || name) is null
