-- What stands of these people that identifies them, by the organization and by others, sealed, with the keys.
-- in   :customers, :source, :own (the customers' own source)
select r.customer_id, r.type, s.source_id = :source as is_mine, r.record_id, r.sealed,
    uuid_send(r.subject_id) || k.wrapped as named
from record r
join subject s on s.customer_id = r.customer_id and s.subject_id = r.subject_id and s.source_id <> :own
join data_key k on k.customer_id = r.customer_id and k.subject_id = r.subject_id
where r.customer_id = any (:customers)
