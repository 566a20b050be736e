-- Every customer who is here and all of whose acts are logged, by pseudonym, with each permission as JSON; and permissions
-- of customers of whom nothing ever was logged, without a pseudonym.
select p.pseudonym, x.recipient_id, x.purpose, to_jsonb(x) - 'customer_id' as permission
from customer c
left join pseudonym p on p.customer_id = c.customer_id
left join permission x on x.customer_id = c.customer_id
where (p.pseudonym is not null or x.customer_id is not null)
  and not exists (select from consent_outbox w where w.customer_id = c.customer_id)
