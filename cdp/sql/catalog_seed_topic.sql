-- Store the platform's topics in their order; a row that is as it should be stays untouched.
-- in   entries  json array of {topic, details}
insert into topic (topic, place, details)
select e.entry ->> 'topic', e.place, e.entry -> 'details'
from jsonb_array_elements(%(entries)s::jsonb) with ordinality as e (entry, place)
on conflict (topic) do update set (organization_id, place, details) = (null, excluded.place, excluded.details)
where (topic.organization_id, topic.place, topic.details) is distinct from (null, excluded.place, excluded.details)
