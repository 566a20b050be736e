-- Write down that the customer in scope read their own data.
-- in   :customer, :client, :path, :categories, :records; :at, which the database's own clock keeps to the last minute
insert into access (customer_id, at, access_id, client_id, principal, path, asked, released, records, outcome, reason)
values (:customer, least(greatest(:at, statement_timestamp() - interval '1 minute'), statement_timestamp()), gen_random_uuid(),
    :client, 'customer', :path, :categories, :categories, :records, 'released', 'own-data')
