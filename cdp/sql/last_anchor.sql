-- The last checkpoint of the access log that the beginning of the consent log tells of.
-- in   :log (consent), :size (how long the beginning is)
-- out  body of the event, its position; no row where there is none
select o.body, o.position from opening o
where o.log_id = :log
  and o.pseudonym = '00000000-0000-0000-0000-000000000000'
  and o.organization_id = '00000000-0000-0000-0000-000000000000'
  and o.kind = 4
  and o.position < :size
order by o.position desc
limit 1
