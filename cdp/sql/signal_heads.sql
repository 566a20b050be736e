-- What a stream may tell now: of each customer the oldest that waits, those that were tried least lately first.
-- in   :stream, :at, :limit
-- out  signal_id, customer_id, transaction, change_id, event, purpose, echo, told, at, tries, first_at
select s.signal_id, s.customer_id, s.transaction::text::bigint, s.change_id, s.event, s.purpose, s.echo, s.told, s.at, s.tries, s.first_at
from signal s
where s.stream_id = :stream and s.organization_id = :organization and s.standing = 'waiting' and s.next_at <= :at
  and not exists (
      select from signal e
      where e.organization_id = :organization and e.stream_id = :stream and e.standing = 'waiting'
        and e.customer_id = s.customer_id and (e.transaction, e.change_id) < (s.transaction, s.change_id))
order by s.next_at, s.transaction, s.change_id
limit :limit
