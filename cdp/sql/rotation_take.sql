-- Take a chunk of the data keys that are still under an older generation, leaving out what others are changing.
-- in   :newest  the generation to come under; :chunk  at most so many
-- out  customer_id, subject_id, wrapped
select customer_id, subject_id, wrapped
from data_key
where generation < :newest
order by generation, subject_id
limit :chunk
for no key update skip locked
