-- Keep what opens leaves.
-- in   log, and columns side by side
insert into opening (log_id, position, kind, pseudonym, organization_id, seq, fact_id, salt, body)
select %(log)s, p.position, p.kind, p.pseudonym, p.organization_id, p.seq, p.fact_id, p.salt, p.body
from unnest(%(positions)s::bigint[], %(kinds)s, %(pseudonyms)s, %(organizations)s, %(seqs)s, %(facts)s, %(salts)s, %(bodies)s)
    as p (position, kind, pseudonym, organization_id, seq, fact_id, salt, body)
