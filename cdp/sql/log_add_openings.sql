-- Keep what opens leaves.
-- in   log, first (position), and columns side by side; places count from there
insert into opening (log_id, position, kind, pseudonym, organization_id, seq, fact_id, salt, body)
select %(log)s, %(first)s + p.place, p.kind, p.pseudonym, p.organization_id, p.seq, p.fact_id, p.salt, p.body
from unnest(%(places)s, %(kinds)s, %(pseudonyms)s, %(organizations)s, %(seqs)s, %(facts)s, %(salts)s, %(bodies)s)
    as p (place, kind, pseudonym, organization_id, seq, fact_id, salt, body)
