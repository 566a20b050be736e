-- How many things wait for the customer in scope: requests without an answer, permissions that end soon, and records that
-- they were asked about and may still be theirs. Who was never asked about a record is not looked at for one.
-- in   :at, :soon (until when an end is near)
-- out  the number
select
    (select count(*) from access_request r where r.state = 'pending' and r.due_at > :at)
    + (select count(*) from permission p
       where cardinality(open_at(p, :at)) > 0 and greatest(p.expires_at, p.attested_expires_at) <= :soon)
    + (select count(*) from question q
       where (q.answer is null or q.answer = 'unknown') and q.subject_id in (select c.subject_id from candidates(:at) c))
