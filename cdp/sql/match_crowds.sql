-- How many subjects have each of these keys, of those that more than a few have; counted no further than it matters.
-- in   keys; few: so many may share one; most: where counting ends
-- out  key, size
select wanted.key, crowd.size
from (select distinct k as key from unnest(%(keys)s::bigint[]) k) wanted
cross join lateral (
    select count(*) as size from (select from match_key m where m.key = wanted.key limit %(most)s) few
) crowd
where crowd.size > %(few)s
