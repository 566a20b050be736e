-- Keep one change of the wishes of the customer in scope, and what their wishes are with it.
-- in   :customer, :wish, :said (what it sets and takes back), :document, :at
with changed as (
    insert into wish as known (customer_id, document, seq, changed_at)
    values (:customer, cast(:document as jsonb), 1, :at)
    on conflict (customer_id) do update
    set (document, seq, changed_at) = (excluded.document, known.seq + 1, excluded.changed_at)
    returning customer_id, seq
)
insert into wish_act (customer_id, seq, wish_id, said, at)
select customer_id, seq, :wish, cast(:said as jsonb), :at from changed
