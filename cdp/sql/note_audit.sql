-- Write down that an auditor looked: about nobody, without a value, for the organization whose auditor it is.
-- in   :client, :path; :at, which the database's own clock keeps to the last minute
insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, asked, released, records, outcome, reason)
values ('00000000-0000-0000-0000-000000000000',
    least(greatest(:at, statement_timestamp() - interval '1 minute'), statement_timestamp()), gen_random_uuid(), app_organization(),
    :client, 'auditor', :path, '{}', '{}', 0, 'released', 'audit')
