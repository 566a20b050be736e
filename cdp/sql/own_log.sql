-- The lines of the log of the customer in scope that fit, newest first, a page at a time.
-- in   :since, :until, :limit; behind (:after_at, :after_access)
--      :who ('human', 'computer', 'self', or null for everybody but the customer's own pages), :organization, :category,
--      :outcome ('seen', 'stopped'), each null for all
--      :only (one line alone, or null for all)
--      :searched, and what was searched for, as organizations, clients, purposes and categories: one of them has to fit
-- out  one row for each line, with the name of the program and whether people look through it; first_at and times are
--      the line's own; of what was stopped, who stopped it (stopped_by)
select a.customer_id, a.at, a.at as first_at, 1 as times, a.access_id, a.organization_id, a.principal, a.path, a.purpose, a.asked,
    a.released, a.records, a.outcome, a.reason, c.name as program, coalesce(c.is_human, false) as is_human,
    case when a.reason = 'revoked' then
        (select x.by from act x
         where x.customer_id = a.customer_id and x.recipient_id = a.organization_id and x.purpose = a.purpose
           and x.kind = 'revoke' and x.at <= a.at
         order by x.seq desc limit 1) end as stopped_by
from (
    select *
    from access a
    where a.at <= :until and a.at >= :since
      and (cast(:only as uuid) is null or a.access_id = :only)
      and (a.at, a.access_id) < (:after_at, cast(:after_access as uuid))
      and case cast(:who as text)
            when 'human' then a.client_id = any (array(select c.client_id from client c where c.is_human))
            when 'computer' then a.organization_id is not null
                and (a.client_id = any (array(select c.client_id from client c where c.is_human))) is not true
            when 'self' then a.principal = 'customer'
            when 'anybody' then true
            else a.principal <> 'customer' or a.path = any (cast(:told_paths as text[])) end
      and (cast(:organization as uuid) is null or a.organization_id = :organization)
      and (cast(:category as text) is null or :category = any (a.asked || a.released))
      and case cast(:outcome as text)
            when 'seen' then a.outcome = 'released' when 'stopped' then a.outcome <> 'released' else true end
      and (not :searched or a.organization_id = any (cast(:organizations as uuid[])) or a.client_id = any (cast(:clients as text[]))
           or a.purpose = any (cast(:purposes as text[])) or (a.asked || a.released) && cast(:categories as text[]))
    order by a.at desc, a.access_id desc
    limit :limit) a
left join client c on c.client_id = a.client_id and c.organization_id = a.organization_id
order by a.at desc, a.access_id desc
