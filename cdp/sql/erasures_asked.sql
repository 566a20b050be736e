-- Which records and interactions the customer in scope asked to be erased, and got no answer about yet.
-- out  record_id
select d.record_id from demand d
where d.kind = 'erase' and d.answered_at is null and d.withdrawn_at is null and d.record_id is not null
