-- Under which types and categories an organization's records of one kind are filed; jumps from one to the next.
-- in   :organization, :kind
-- out  type, category
with recursive filed as (
    (select r.type, r.category from record r
     where r.source_id = :organization and r.kind = :kind
     order by r.type, r.category limit 1)
    union all
    select next.type, next.category
    from filed cross join lateral (
        select r.type, r.category from record r
        where r.source_id = :organization and r.kind = :kind and (r.type, r.category) > (filed.type, filed.category)
        order by r.type, r.category limit 1) next
)
select type, category from filed
