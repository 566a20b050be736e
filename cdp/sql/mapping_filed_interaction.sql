-- Under which types and categories an organization's interactions are filed; jumps from one to the next.
-- in   :organization
-- out  type, category
with recursive filed as (
    (select i.type, i.category from interaction i
     where i.source_id = :organization
     order by i.type, i.category limit 1)
    union all
    select next.type, next.category
    from filed cross join lateral (
        select i.type, i.category from interaction i
        where i.source_id = :organization and (i.type, i.category) > (filed.type, filed.category)
        order by i.type, i.category limit 1) next
)
select type, category from filed
