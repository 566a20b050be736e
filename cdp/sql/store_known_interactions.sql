-- Which interactions are stored already, also when their arrival was forgotten long ago.
-- in   source, ids uuid[]
select wanted.id
from unnest(%(ids)s::uuid[]) as wanted (id)
cross join lateral (
    select from interaction i where i.source_id = %(source)s and i.record_id = wanted.id limit 1) found
