-- Partitions are made before they are needed; what falls outside goes to the default one until its own is made.

-- Make the partition `name` of `parent` for rows whose `moment` lies in the period, and tell whether it is new. What
-- the default partition holds of the period moves over: that needs the owner's own eyes, so force is lifted meanwhile.
create function make_partition(parent text, name text, moment text, begins date, ends date) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    since text := begins || ' 00:00:00+00';
    until text := ends || ' 00:00:00+00';
begin
    if to_regclass('public.' || name) is not null then
        return 0;
    end if;
    perform pg_advisory_xact_lock(4013);
    execute format('lock table public.%I in access exclusive mode', parent);
    if to_regclass('public.' || name) is not null then
        return 0;
    end if;
    execute format('create table public.%I (like public.%I including all)', name, parent);
    execute format('alter table public.%I no force row level security', parent || '_rest');
    execute format(
        'with moved as (delete from public.%1$I where %2$I >= %3$L and %2$I < %4$L returning *)'
        ' insert into public.%5$I select * from moved', parent || '_rest', moment, since, until, name);
    execute format('alter table public.%I force row level security', parent || '_rest');
    execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)', parent, name, since, until);
    execute format('alter table public.%I enable row level security, force row level security', name);
    return 1;
end
$$;

-- Make the partitions of interactions (a year) and accesses (a month) that `at` and the next period need.
create function make_partitions(at timestamptz) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    year date := date_trunc('year', at at time zone 'UTC')::date;
    month date := date_trunc('month', at at time zone 'UTC')::date;
    begins date;
    made integer := 0;
begin
    foreach begins in array array[year, (year + interval '1 year')::date, (year - interval '1 year')::date] loop
        made := made + public.make_partition('interaction', 'interaction_' || to_char(begins, 'YYYY'), 'occurred_at',
            begins, (begins + interval '1 year')::date);
    end loop;
    foreach begins in array array[month, (month + interval '1 month')::date] loop
        made := made + public.make_partition('access', 'access_' || to_char(begins, 'YYYY_MM'), 'at',
            begins, (begins + interval '1 month')::date);
    end loop;
    return made;
end
$$;

-- Make the partitions of interactions that a source's history needs: of years from 1970 on that have begun.
create function make_years(years integer[]) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    year integer;
    made integer := 0;
begin
    for year in
        select distinct wanted from unnest(years) wanted
        where wanted between 1970 and extract(year from statement_timestamp() at time zone 'UTC') order by wanted
    loop
        made := made + public.make_partition('interaction', 'interaction_' || year, 'occurred_at',
            make_date(year, 1, 1), make_date(year + 1, 1, 1));
    end loop;
    return made;
end
$$;

create table interaction_rest partition of interaction default;
create table access_rest partition of access default;

-- Let the planner know what a large import brought, which it would find out by itself only after a minute or so: until
-- then it takes the tables for as small as they were. Only those are measured that grew by a fifth since they were last: of
-- a large table it takes a second. What somebody else measures at this moment is left to them.
create function measure_tables() returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    grown regclass;
begin
    for grown in
        select t.name
        from unnest('{reference,identifier,subject,customer,data_key,link,record,interaction,likeness,match_key}'::regclass[]) as t (name)
        where (select sum(pg_relation_size(c.oid)) > 1.2 * sum(greatest(c.relpages, 0)::bigint * current_setting('block_size')::bigint)
               from pg_class c where c.oid = t.name or c.oid in (select p.relid from pg_partition_tree(t.name) p))
    loop
        execute format('analyze (skip_locked) %s', grown);
    end loop;
end
$$;
