-- Write down that an auditor looked: about nobody, and without a value.
-- in   :client, :at, :path
insert into access (customer_id, at, access_id, client_id, principal, path, asked, released, records, outcome, reason)
values ('00000000-0000-0000-0000-000000000000', :at, gen_random_uuid(), :client, 'auditor', :path, '{}', '{}', 0, 'released', 'audit')
