-- In which categories sources hold an attribute of the customer in scope.
-- in   :attribute
select distinct r.category
from record r
where r.kind = 'attributes' and r.type = :attribute and r.superseded_at is null
order by r.category
