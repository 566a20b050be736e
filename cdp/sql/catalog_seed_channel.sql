-- Store the platform's channels in their order; a row that is as it should be stays untouched.
-- in   entries  json array of {channel, details}
insert into channel (channel, place, details)
select e.entry ->> 'channel', e.place, e.entry -> 'details'
from jsonb_array_elements(%(entries)s::jsonb) with ordinality as e (entry, place)
on conflict (channel) do update set (organization_id, place, details) = (null, excluded.place, excluded.details)
where (channel.organization_id, channel.place, channel.details) is distinct from (null, excluded.place, excluded.details)
