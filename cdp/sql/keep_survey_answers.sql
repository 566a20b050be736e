-- Keep what the customer in scope answers, sealed with the key of their own subject, on which the survey hangs from now on.
-- in   :survey, :subject, :sealed, :at
update survey set subject_id = :subject, sealed = :sealed, answered_at = coalesce(answered_at, :at)
where survey_id = :survey and declined_at is null and closes_at > :at
