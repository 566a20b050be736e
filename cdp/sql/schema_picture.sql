-- The schema as PostgreSQL holds it, one statement a row, in words that are the same for every version.
-- Left out: the partitions that time brings, the owner's own rights, and the operator's login that looks.
-- out  section, of_object, statement
with tables as (
    select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relowner,
           case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end as parting
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
      and c.relname <> 'alembic_version'
), functions as (
    select p.oid, p.proacl, p.proowner, p.oid::regprocedure::text as name,
           format('create function %s(%s) returns %s language %s %s%s%s%s owner %s body %s', p.proname,
               pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname,
               case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
               case p.proparallel when 's' then ' parallel safe' else '' end,
               case when p.prosecdef then ' security definer' else '' end,
               coalesce(' set ' || array_to_string(p.proconfig, ' set '), ''), p.proowner::regrole,
               left(encode(sha256(convert_to(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), 'UTF8')), 'hex'), 32)) as made
    from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace
), columns as (
    select a.attrelid, a.attnum, a.attname, a.attacl, format('    %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
               case when a.attnotnull then ' not null' else '' end,
               case when a.attidentity <> '' then ' generated always as identity' else '' end,
               coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as made
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped
), statements as (
    select 1 as section, '' as of_object,
           concat_ws(' ', 'create role', r.rolname, case when r.rolcanlogin then 'login' else 'nologin' end,
               case when r.rolinherit then 'inherit' end, case when r.rolsuper then 'superuser' end,
               case when r.rolbypassrls then 'bypassrls' end, case when r.rolcreaterole then 'createrole' end) as statement
    from pg_roles r where r.rolname like 'cdp\_%' and r.rolname <> coalesce(nullif(session_user, 'cdp_login'), '')
    union all
    select 2, '', format('grant %s to %s', g.rolname, m.rolname)
    from pg_auth_members am join pg_roles g on g.oid = am.roleid join pg_roles m on m.oid = am.member
    where g.rolname like 'cdp\_%' and m.rolname like 'cdp\_%' and m.rolname <> coalesce(nullif(session_user, 'cdp_login'), '')
    union all
    select 3, t.relname, format(E'create table %I (\n%s\n)%s', t.relname,
               (select string_agg(c.made, E',\n' order by c.attnum) from columns c where c.attrelid = t.oid), t.parting)
    from tables t where t.relkind <> 'v'
    union all
    select 3, t.relname, format('alter table %I owner to %s, %s row level security, %s row level security', t.relname,
               t.relowner::regrole, case when t.relrowsecurity then 'enable' else 'disable' end,
               case when t.relforcerowsecurity then 'force' else 'no force' end)
    from tables t where t.relkind <> 'v'
    union all
    select 3, t.relname, format('view %I owner %s as %s', t.relname, t.relowner::regrole, pg_get_viewdef(t.oid))
    from tables t where t.relkind = 'v'
    union all
    select 3, t.relname, format('alter table %I add constraint %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
    from tables t join pg_constraint c on c.conrelid = t.oid where c.contype in ('p', 'u', 'c', 'f', 'x')
    union all
    select 3, t.relname, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY public.', ' ON public.')
    from tables t join pg_index i on i.indrelid = t.oid
    where not exists (select from pg_constraint c where c.conindid = i.indexrelid)
    union all
    select 3, t.relname, format('trigger: %s', pg_get_triggerdef(g.oid))
    from tables t join pg_trigger g on g.tgrelid = t.oid where not g.tgisinternal
    union all
    select 3, t.relname, format('create policy %I on %I as %s for %s to %s%s%s', p.polname, t.relname,
               case when p.polpermissive then 'permissive' else 'restrictive' end,
               case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
               (select string_agg(case when role = 0 then 'public' else role::regrole::text end, ', ' order by role::regrole::text)
                from unnest(p.polroles) role),
               coalesce(E'\n    using (' || pg_get_expr(p.polqual, p.polrelid) || ')', ''),
               coalesce(E'\n    with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''))
    from tables t join pg_policy p on p.polrelid = t.oid
    union all
    select 3, t.relname, format('grant %s on %I to %s', string_agg(lower(a.privilege_type), ', ' order by a.privilege_type), t.relname,
               case when a.grantee = 0 then 'public' else a.grantee::regrole::text end)
    from tables t cross join lateral aclexplode(t.relacl) a where a.grantee <> t.relowner
    group by t.relname, a.grantee
    union all
    select 3, x.relname, format('grant %s (%s) on %I to %s', x.privilege, string_agg(quote_ident(x.attname), ', ' order by x.attname),
               x.relname, x.grantee)
    from (select t.relname, c.attname, lower(a.privilege_type) as privilege,
                 case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee
          from tables t join columns c on c.attrelid = t.oid cross join lateral aclexplode(c.attacl) a) x
    group by x.relname, x.grantee, x.privilege
    union all
    select 4, f.name, f.made from functions f
    union all
    select 4, f.name, format('grant execute on function %s to %s', f.name,
               string_agg(case when a.grantee = 0 then 'public' else a.grantee::regrole::text end, ', '
                          order by a.grantee::regrole::text))
    from functions f cross join lateral aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
    where a.grantee <> f.proowner
    group by f.name
    union all
    select 5, '', format('grant %s on schema public to %s',
               string_agg(lower(a.privilege_type), ', ' order by a.privilege_type), a.grantee::regrole)
    from pg_namespace n cross join lateral aclexplode(n.nspacl) a
    where n.nspname = 'public' and a.grantee <> 0 and a.grantee::regrole::text like 'cdp\_%'
    group by a.grantee
)
select section, of_object, statement from statements
order by section, of_object collate "C", statement not like 'create table%', statement like 'create policy%',
         statement like 'grant%', statement collate "C"
