-- Store what a customer says about themselves, unless the same attribute stands.
-- in   :customer, :record, :subject, :source, :category, :attribute, :digest, :sealed, :at
insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, origin, standing,
                    occurred_at, received_at, digest, sealed)
values (:customer, :record, :subject, :source, 'attributes', :category, :attribute, 'customer', 'customer',
        :at, :at, :digest, :sealed)
on conflict (customer_id, subject_id, kind, type, key) where superseded_at is null do nothing
