-- End the customer's own value of an attribute.
-- in   :subject, :attribute, :at
-- out  category and digest of what stood
update record set superseded_at = :at
where subject_id = :subject and kind = 'attributes' and type = :attribute and superseded_at is null
returning category, digest
