-- Let nobody else count the challenges of this network until the transaction ends.
-- in   :asker_blind
select pg_advisory_xact_lock(hashtextextended(encode(:asker_blind, 'hex'), 5))
