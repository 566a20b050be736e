-- Who said anything of the customer in scope; the customer's own statements are one of them.
-- out  source_id
select distinct s.source_id from subject s
