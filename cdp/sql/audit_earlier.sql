-- Where, before a size, the chains of acts stand that later events build on: of the same customer and recipient, and of
-- whoever they were merged with or split from.
-- in   :consent, :access (logs); :begin, :end, :access_begin, :access_end (what the file shows)
-- out  position, in order
with recursive touched as (
    select o.pseudonym, o.organization_id from opening o
    where o.log_id = :consent and o.position >= :begin and o.position < :end
    union
    select o.pseudonym, o.organization_id from opening o
    where o.log_id = :access and o.position >= :access_begin and o.position < :access_end
    union
    select (convert_from(o.body, 'UTF8')::jsonb ->> 'other_customer')::uuid, o.organization_id
    from touched t
    join opening o on o.log_id = :consent and o.pseudonym = t.pseudonym and o.organization_id = t.organization_id
    where o.position < :end and convert_from(o.body, 'UTF8')::jsonb ? 'other_customer'
)
select o.position from touched t
join opening o on o.log_id = :consent and o.pseudonym = t.pseudonym and o.organization_id = t.organization_id
where o.position < :begin and t.pseudonym <> '00000000-0000-0000-0000-000000000000'
order by o.position
