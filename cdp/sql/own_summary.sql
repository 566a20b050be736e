-- Who the customer in scope is to us, and how much there is about them.
-- in   :source (the customers' own)
-- out  claimed_at, details; subjects, sealed names (one array each, side by side); records, interactions, evidence, categories, sources
select c.claimed_at, c.details,
    array(select r.subject_id from reference r where r.source_id = :source and r.type = 'customer' order by r.blind) as subjects,
    array(select r.sealed from reference r where r.source_id = :source and r.type = 'customer' order by r.blind) as sealed,
    (select count(*) from record r where r.superseded_at is null) as records,
    (select count(*) from interaction) as interactions,
    (select count(*) from evidence) as evidence,
    array(select r.category from record r union select i.category from interaction i order by 1) as categories,
    (select count(*) from subject s where s.source_id <> :source) as sources
from customer c
