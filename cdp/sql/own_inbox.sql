-- What was sent to the customer in scope, and every conversation with them, newest first, a page at a time.
-- in   :only (one alone, or null), :limit; behind (:after_at, :after_entry)
-- out  one row for each: what it is, who, when, how and about what; sealed with the key of subject_id
(select 'message' as kind, m.message_id as entry_id, m.organization_id, m.at, m.until, m.channel, null as type, m.speaker,
        'outbound' as direction, m.topic, r.at as reported_at, null as category, m.subject_id, m.sealed
 from message m
 left join message_report r on r.customer_id = m.customer_id and r.message_id = m.message_id
 where m.is_listed
   and (cast(:only as uuid) is null or m.message_id = :only)
   and (m.at, m.message_id) < (:after_at, cast(:after_entry as uuid))
 order by m.at desc, m.message_id desc
 limit :limit)
union all
(select 'conversation', i.record_id, i.source_id, i.occurred_at, i.occurred_at, i.channel, i.type, i.speaker,
        i.direction, null, r.at, i.category, i.subject_id, i.sealed
 from interaction i
 left join message_report r on r.message_id = i.record_id
 where (cast(:only as uuid) is null or i.record_id = :only)
   and i.category = 'conversations'
   and (i.occurred_at, i.record_id) < (:after_at, cast(:after_entry as uuid))
 order by i.occurred_at desc, i.record_id desc
 limit :limit)
order by at desc, entry_id desc
limit :limit
