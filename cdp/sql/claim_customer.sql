-- Find or make the customer whom a proven identifier belongs to.
-- in   :type, :blind, :sealed (the identifier), :customer, :subject, :wrapped (for a new one), :at
-- out  customer_id, is_new
select customer_id, is_new
from claim_customer(:type, :blind, :sealed, :customer, :subject, :wrapped, :at)
