-- What stands of these people that identifies them, by the organization in scope and by others, as far as they let it see
-- that: sealed, with the keys.
-- in   :customers, :source, :own (the customers' own source), :types
select r.customer_id, r.type, r.source_id = :source as is_mine, r.record_id, r.sealed,
    uuid_send(r.subject_id) || k.wrapped as named
from record r
join data_key k on k.customer_id = r.customer_id and k.subject_id = r.subject_id
where r.customer_id = any (:customers) and r.kind = 'attributes' and r.superseded_at is null and r.source_id <> :own
  and r.type = any (:types)
