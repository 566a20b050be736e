-- Whom a channel may know by a description: a name, a birth date and a home.

-- Return the one described customer whom the organization in scope may know so: somebody who granted it, for this purpose, what
-- describes them from the source that said it. Everybody described is written down, granted or not; nobody at all is one row.
-- in   places beside one another: a customer who is described, and the source by whose words
create function name_described(customers uuid[], sources uuid[]) returns uuid
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    organization uuid := scope_organization('exporter');
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    moment timestamptz := statement_timestamp();
    seen uuid[];
    visible uuid;
begin
    if organization is null then
        perform refuse('refused');
    end if;
    select array_agg(distinct d.customer_id) into seen
    from unnest(customers, sources) as d (customer_id, source_id)
    join permission p on p.customer_id = d.customer_id and p.recipient_id = organization and p.purpose = app_purpose()
    where (select bool_and(opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                                 d.source_id, needed.category, moment))
           from unnest(array['contact', 'personal', 'address']) as needed (category));
    visible := case when cardinality(seen) = 1 then seen[1] end;
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    select person.customer_id, moment, gen_random_uuid(), organization, nullif(current_setting('app.client'), ''),
        'service', 'lookup', app_purpose(), '{}', '{}', 0,
        case when person.customer_id = visible then 'released' when person.customer_id = nobody then 'unknown' else 'refused' end,
        case when person.customer_id = nobody then 'not-found'
             when person.customer_id is distinct from visible and standing_reason(p, moment) in ('granted', 'attested')
             then case when person.customer_id = any (seen) then 'ambiguous' else 'category-not-granted' end
             else standing_reason(p, moment) end,
        p.act_id
    from (
        select distinct c.customer_id from unnest(customers) as c (customer_id)
        union
        select nobody where customers = '{}'
    ) person
    left join permission p on p.customer_id = person.customer_id and p.recipient_id = organization and p.purpose = app_purpose();
    return visible;
end
$$;

grant execute on function name_described to cdp_exporter;
alter function name_described owner to cdp_keeper;
