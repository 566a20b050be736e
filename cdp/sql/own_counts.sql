-- How much of each category stands about the customer in scope.
-- in   :source (null for all)
-- out  category, records, interactions
select category, sum(records)::integer as records, sum(interactions)::integer as interactions
from (
    select r.category, count(*) as records, 0 as interactions
    from record r
    where r.superseded_at is null and (cast(:source as uuid) is null or r.source_id = :source)
    group by r.category
    union all
    select i.category, 0, count(*)
    from interaction i
    where cast(:source as uuid) is null or i.source_id = :source
    group by i.category
) held
group by category
