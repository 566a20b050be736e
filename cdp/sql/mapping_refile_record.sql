-- File a chunk of an organization's records under another category, leaving out what others are changing.
-- in   :organization, :kind, :type, :was, :category, :chunk
-- out  how many
with chunk as (
    select customer_id, record_id from record
    where source_id = :organization and kind = :kind and type = :type and category = :was
    limit :chunk
    for no key update skip locked
), moved as (
    update record r set category = :category
    from chunk
    where r.customer_id = chunk.customer_id and r.record_id = chunk.record_id
    returning r.record_id
)
select count(*) from moved
