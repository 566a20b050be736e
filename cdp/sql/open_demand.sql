-- Write down what the customer in scope asks, unless the same is still open.
-- in   :customer, :demand, :organization, :kind, :record, :access, :category, :type, :told, :at, :due, :subject, :words
-- out  demand_id of the one that is open now
with asked as (
    insert into demand (customer_id, demand_id, organization_id, kind, record_id, access_id, category, type, told, asked_at, due_at,
                        subject_id, words)
    values (:customer, :demand, :organization, :kind, :record, :access, :category, :type, :told, :at, :due, :subject, :words)
    on conflict (customer_id, coalesce(record_id, access_id), kind) where answered_at is null and withdrawn_at is null do nothing
    returning demand_id
)
select demand_id from asked
union all
select d.demand_id from demand d
where not exists (select from asked) and d.kind = :kind and coalesce(d.record_id, d.access_id) = coalesce(:record, :access)
  and d.answered_at is null and d.withdrawn_at is null
