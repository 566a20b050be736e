-- Make signals of the changes that a stream has not come to yet and that no running transaction can still precede.
-- in   :stream, :claims  whether a change of a grant is told as a change of claims, :claims_kinds, :at, :limit
-- out  how many changes it came to
with mine as (
    select organization_id, stream_id, transaction, change_id, wanted from signal_stream where stream_id = :stream for update
), fresh as (
    select c.*, m.stream_id, m.wanted
    from mine m
    join change c on c.organization_id = m.organization_id
    where (c.transaction, c.change_id) > (m.transaction, m.change_id)
      and c.transaction < pg_snapshot_xmin(pg_current_snapshot())
    order by c.transaction, c.change_id
    limit :limit
), queued as (
    insert into signal (organization_id, stream_id, customer_id, transaction, change_id, event, purpose, told, at, queued_at, next_at)
    select organization_id, stream_id, customer_id, transaction, change_id, kind, purpose, told, at, :at, :at
    from fresh
    where kind = any (wanted) or (:claims = any (wanted) and kind = any (:claims_kinds))
), last as (
    select transaction, change_id from fresh order by transaction desc, change_id desc limit 1
), noted as (
    update signal_stream s set transaction = l.transaction, change_id = l.change_id
    from last l where s.stream_id = :stream
)
select count(*) from fresh
