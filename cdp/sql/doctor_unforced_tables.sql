-- The tables and partitions on which row security is not forced; Alembic's own holds nobody's data.
-- out  names, or null
select array_agg(c.relname::text order by c.relname)
from pg_class c
where c.relnamespace = 'public'::regnamespace
  and c.relkind in ('r', 'p')
  and c.relname <> 'alembic_version'
  and not (c.relrowsecurity and c.relforcerowsecurity)
