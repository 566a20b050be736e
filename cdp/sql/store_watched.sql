-- Note the arrival of records that some rule asks about; whoever asks the rules finds them once this commits.
-- in   source, moment; arrays, one place for each record
insert into rule_arrival (customer_id, record_id, source_id, subject_id, what, at, queued_at)
select w.customer_id, w.record_id, %(source)s, w.subject_id, w.what, w.at, %(moment)s
from unnest(%(customers)s::uuid[], %(ids)s::uuid[], %(subjects)s::uuid[], %(whats)s::text[], %(ats)s::timestamptz[])
    as w (customer_id, record_id, subject_id, what, at)
on conflict do nothing
