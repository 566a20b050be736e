-- Every name of a customer who is here and all of whose acts are logged, with each permission of its organization as JSON;
-- and permissions of customers whom no log names to their recipient, without a pseudonym.
-- out  pseudonym, recipient_id, purpose, permission
select p.pseudonym, x.recipient_id, x.purpose, to_jsonb(x) - 'customer_id' as permission
from pseudonym p
full join permission x on x.customer_id = p.customer_id and x.recipient_id = p.organization_id
join customer c on c.customer_id = coalesce(p.customer_id, x.customer_id)
where not exists (select from consent_outbox w where w.customer_id = c.customer_id)
