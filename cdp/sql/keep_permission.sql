-- Keep that the customer in scope says that a permission is still right.
-- in   :customer, :recipient, :purpose, :at
insert into reminder (customer_id, recipient_id, purpose, kept_at)
values (:customer, :recipient, :purpose, :at)
on conflict (customer_id, recipient_id, purpose) do update set kept_at = greatest(reminder.kept_at, excluded.kept_at)
