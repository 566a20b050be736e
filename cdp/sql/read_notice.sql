-- What a customer reads about a purpose of an organization: the words in every language, and how this customer is spoken to.
-- in   :customer, :recipient, :purpose; :request (null when nobody asked)
-- out  sentence, organization (null when it is gone), notice and consequences (null when nobody asked), details
select cast(p.details ->> 'sentence' as text) as sentence,
    (select o.name from organization o where o.organization_id = :recipient) as organization,
    (select r.notice from access_request r where r.request_id = cast(:request as uuid)) as notice,
    (select r.consequences from access_request r where r.request_id = cast(:request as uuid)) as consequences,
    (select c.details from customer c where c.customer_id = :customer) as details
from purpose p
where p.purpose = :purpose
