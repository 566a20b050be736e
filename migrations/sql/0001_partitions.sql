-- Partitions are made ahead of time; what falls outside goes to the default one.

-- Make the partitions of interactions (a year) and accesses (a month) that `at` and the next period need.
create function make_partitions(at timestamptz) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    begins date;
    made integer := 0;
begin
    foreach begins in array array[
        date_trunc('year', at at time zone 'UTC')::date,
        (date_trunc('year', at at time zone 'UTC') + interval '1 year')::date,
        (date_trunc('year', at at time zone 'UTC') - interval '1 year')::date]
    loop
        if to_regclass('public.interaction_' || to_char(begins, 'YYYY')) is null then
            execute format('create table public.%I partition of public.interaction for values from (%L) to (%L)',
                'interaction_' || to_char(begins, 'YYYY'), begins || ' 00:00:00+00', (begins + interval '1 year')::date || ' 00:00:00+00');
            execute format('alter table public.%I enable row level security, force row level security',
                'interaction_' || to_char(begins, 'YYYY'));
            made := made + 1;
        end if;
    end loop;
    foreach begins in array array[
        date_trunc('month', at at time zone 'UTC')::date,
        (date_trunc('month', at at time zone 'UTC') + interval '1 month')::date]
    loop
        if to_regclass('public.access_' || to_char(begins, 'YYYY_MM')) is null then
            execute format('create table public.%I partition of public.access for values from (%L) to (%L)',
                'access_' || to_char(begins, 'YYYY_MM'), begins || ' 00:00:00+00', (begins + interval '1 month')::date || ' 00:00:00+00');
            execute format('alter table public.%I enable row level security, force row level security',
                'access_' || to_char(begins, 'YYYY_MM'));
            made := made + 1;
        end if;
    end loop;
    return made;
end
$$;

create table interaction_rest partition of interaction default;
create table access_rest partition of access default;
