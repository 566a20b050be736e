-- Keep a code that is about to be sent, unless enough of its kind were sent to this address or number, or for this customer.
-- Codes for a new address are counted over everybody who asks; codes to prove oneself anew only for their own customer,
-- so that nobody keeps somebody else from proving who they are.
-- in   :customer, :code, :kind, :session, :type, :blind, :sealed, :subject, :code_hash, :at, :expires_at, :most_target, :most_customer
-- out  one row when it is kept
insert into proof_code (customer_id, code_id, kind, session_id, type, blind, sealed, subject_id, code_hash, sent_at, expires_at)
select :customer, :code, :kind, :session, :type, :blind, :sealed, :subject, :code_hash, :at, :expires_at
where (
    select count(*) from proof_code p
    where p.blind = :blind and p.kind = :kind and (p.kind = 'address' or p.customer_id = :customer) and p.expires_at > :at
) < :most_target
    and (select count(*) from proof_code p where p.customer_id = :customer and p.expires_at > :at) < :most_customer
returning code_id
