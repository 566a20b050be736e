-- What every live permission of the customer in scope opens at this moment: the words that the gate itself compares.
-- out  recipient_id, purpose, words
select p.recipient_id, p.purpose, opened_by(p, statement_timestamp()) as words
from permission p
where opened_by(p, statement_timestamp()) <> '{}'
order by p.recipient_id, p.purpose
