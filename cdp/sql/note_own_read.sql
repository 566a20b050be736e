-- Write down that the customer in scope read their own data.
-- in   :customer, :client, :at, :path, :categories, :records
insert into access (customer_id, at, access_id, client_id, principal, path, asked, released, records, outcome, reason)
values (:customer, :at, gen_random_uuid(), :client, 'customer', :path, :categories, :categories, :records, 'released', 'own-data')
