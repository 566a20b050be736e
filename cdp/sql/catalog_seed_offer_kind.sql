-- Store the kinds of offers in their order; a row that is as it should be stays untouched.
-- in   entries  json array of {offer_kind, details}
insert into offer_kind (offer_kind, place, details)
select e.entry ->> 'offer_kind', e.place, e.entry -> 'details'
from jsonb_array_elements(%(entries)s::jsonb) with ordinality as e (entry, place)
on conflict (offer_kind) do update set (place, details) = (excluded.place, excluded.details)
where (offer_kind.place, offer_kind.details) is distinct from (excluded.place, excluded.details)
