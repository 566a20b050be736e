-- Write down what was decided about contact, in the transaction that read what it was decided on.
-- in   side by side: customers (nil for nobody), accesses (ids of log rows), acts (of the permission; nil for none), outcomes and
--      reasons; at (when it was read)
insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released, records,
    outcome, reason, act_id)
select w.customer_id, %(at)s::timestamptz, w.access_id, (select app_organization()), (select app_client()), 'service', 'contact',
    (select app_purpose()), '{contact}', case when w.outcome = 'released' then '{contact}' else '{}' end::text[], 0,
    w.outcome, w.reason, nullif(w.act_id, '00000000-0000-0000-0000-000000000000')
from unnest(%(customers)s::uuid[], %(accesses)s::uuid[], %(acts)s::uuid[], %(outcomes)s::text[], %(reasons)s::text[])
    as w (customer_id, access_id, act_id, outcome, reason)
