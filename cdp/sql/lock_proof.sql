-- Let nobody else count the codes for this address or number, or for this customer, until the transaction ends.
-- in   :customer, :blind
select pg_advisory_xact_lock(hashtextextended(encode(:blind, 'hex'), 3)),
       pg_advisory_xact_lock(hashtextextended(cast(:customer as text), 4))
