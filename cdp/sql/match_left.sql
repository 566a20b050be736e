-- Subjects whose comparison was begun and not ended, because its process died.
-- in   before: when; most
select uuid_send(d.subject_id) from match_due d where d.is_kept and d.at < %(before)s order by d.at, d.subject_id limit %(most)s
