-- Keep a challenge, unless this network has asked for too many.
-- in   :challenge_hash, :kind, :holder, :asker_blind, :at, :expires_at, :most
-- out  one row when it is kept
insert into ceremony (challenge_hash, kind, holder, asker_blind, asked_at, expires_at)
select :challenge_hash, :kind, :holder, :asker_blind, :at, :expires_at
where (select count(*) from ceremony c where c.asker_blind = :asker_blind and c.expires_at > :at) < :most
returning asked_at
