-- The checkpoint that most witnesses have signed among the latest that any has; of those, the newest.
-- in   :log, :at_least, :at_most (sizes)
-- out  size; no row where no witness signed one
select size
from (
    select size from cosignature
    where log_id = :log and size between :at_least and :at_most
    order by size desc
    limit 64
) latest
group by size
order by count(*) desc, size desc
limit 1
