-- Mark what a source says as put right by the customer in scope, or no longer, because both say the same.
-- in   :records (all that was looked at), :wrong (those of which the customer says another value), :at
update record r set corrected_at = case when r.record_id = any (:wrong) then coalesce(r.corrected_at, :at) end
where r.record_id = any (:records)
