-- Whose look one line of the log of the customer in scope is.
-- in   :access
-- out  organization_id (null for the platform itself and for the customer), principal, at
select a.organization_id, a.principal, a.at
from access a where a.access_id = :access
