-- Every link and un-link that is kept, with the name of its customer in the log.
-- in   log (consent)
-- out  link_id, customer_id, kind, reason, subject_id, source_id (null when the subject is gone), at, pseudonym (null when
--      no log names the customer yet), whether the log has to tell of it
select l.link_id, l.customer_id, l.kind, l.reason, l.subject_id, s.source_id, l.at, p.pseudonym,
    l.at >= (select g.begun_at from log g where g.log_id = %(log)s)
        and not exists (select from consent_outbox w where w.fact_id = l.link_id) as is_due
from link l
left join subject s on s.subject_id = l.subject_id
left join pseudonym p on p.customer_id = l.customer_id and p.organization_id = '00000000-0000-0000-0000-000000000000'
