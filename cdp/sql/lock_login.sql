-- Let nobody else count the links of this mailbox and this asker until the transaction ends.
-- in   :email_blind, :asker_blind
select pg_advisory_xact_lock(hashtextextended(encode(:asker_blind, 'hex'), 2)),
       pg_advisory_xact_lock(hashtextextended(encode(:email_blind, 'hex'), 1))
