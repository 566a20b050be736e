-- Keep how often the customer in scope wants to hear of an organization's looks; what was told stays told.
-- in   :customer, :organization, :rhythm, :at
insert into alert (customer_id, organization_id, rhythm, told_until)
values (:customer, :organization, :rhythm, :at)
on conflict (customer_id, organization_id) do update set rhythm = excluded.rhythm
