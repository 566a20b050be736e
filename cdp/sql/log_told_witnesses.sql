-- What the consent log told last of the witnesses that are asked, or is about to tell.
-- in   :log, :nobody, :kind (of keys and policies)
-- out  the subject; no row while nothing was told
select told.subject
from (
    (select 1 as turn, w.facts ->> 'subject' as subject
     from consent_outbox w
     where w.fact = 'policy' and w.facts ->> 'subject' like 'witnesses:%'
     order by w.entry_id desc limit 1)
    union all
    (select 2, cast(convert_from(o.body, 'UTF8') as jsonb) ->> 'subject'
     from opening o
     where o.log_id = :log and o.pseudonym = :nobody and o.organization_id = :nobody and o.kind = :kind
       and cast(convert_from(o.body, 'UTF8') as jsonb) ->> 'subject' like 'witnesses:%'
     order by o.position desc limit 1)
) told
order by told.turn
limit 1
