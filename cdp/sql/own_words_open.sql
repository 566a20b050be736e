-- Whether the words of earlier conversations come along when the customer in scope asks an organization for a human now: what
-- read_replies asks of the law.
-- in   :organization, :purpose, :category
-- out  is_open
select exists (
    select from permission p
    where p.recipient_id = :organization
      and p.purpose = :purpose
      and decision_reason(p, p.recipient_id, p.recipient_id, :category, statement_timestamp()) in ('granted', 'attested')
) as is_open
