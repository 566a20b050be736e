-- File a chunk of an organization's interactions under another category, leaving out what others are changing.
-- in   :organization, :type, :was, :category, :chunk
-- out  how many
with chunk as (
    select customer_id, occurred_at, record_id from interaction
    where source_id = :organization and type = :type and category = :was
    limit :chunk
    for no key update skip locked
), moved as (
    update interaction i set category = :category
    from chunk
    where i.customer_id = chunk.customer_id and i.occurred_at = chunk.occurred_at and i.record_id = chunk.record_id
    returning i.record_id
)
select count(*) from moved
