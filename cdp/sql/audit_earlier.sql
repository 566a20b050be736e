-- What a file that begins at a checkpoint needs from before it: the chains of acts that later events build on, of the same
-- customer and recipient and of whoever they were merged with or split from; what is nobody's from the last anchor on,
-- which tells of reads in the file that they are erased or were told late; and the erasure that reaches back farthest,
-- for a merge with somebody whom nobody sees rests on one before it.
-- in   :consent, :access (logs); :begin, :end, :access_begin, :access_end (what the file shows)
-- out  position, in order
with recursive touched as (
    select o.pseudonym, o.organization_id from opening o
    where o.log_id = :consent and o.position >= :begin and o.position < :end
      and o.pseudonym <> '00000000-0000-0000-0000-000000000000'
    union
    select o.pseudonym, o.organization_id from opening o
    where o.log_id = :access and o.position >= :access_begin and o.position < :access_end
      and o.pseudonym <> '00000000-0000-0000-0000-000000000000'
    union
    select (convert_from(o.body, 'UTF8')::jsonb ->> 'other_customer')::uuid, o.organization_id
    from touched t
    join opening o on o.log_id = :consent and o.pseudonym = t.pseudonym and o.organization_id = t.organization_id
    where o.position < :end and convert_from(o.body, 'UTF8')::jsonb ? 'other_customer'
),
nobodys as not materialized (
    select o.position, o.kind from opening o
    where o.pseudonym = '00000000-0000-0000-0000-000000000000'
      and o.organization_id = '00000000-0000-0000-0000-000000000000'
      and o.log_id = :consent and o.position < :begin
)
select o.position from touched t
join opening o on o.log_id = :consent and o.pseudonym = t.pseudonym and o.organization_id = t.organization_id
where o.position < :begin
union
select position from nobodys
where position >= coalesce((select n.position from nobodys n where n.kind = 4 order by n.position desc limit 1), 0)
union
(select o.position from opening o
 cross join lateral (select convert_from(o.body, 'UTF8')::jsonb as said) e
 where o.log_id = :consent and o.kind = 2 and o.position < :begin
   and e.said ->> 'log' = (select origin from log where log_id = :consent)
 order by (e.said #>> '{indices,0}')::bigint
 limit 1)
order by position
