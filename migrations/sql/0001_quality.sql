-- How right an organization's own data are: counts, and no person. What comes from customers is counted in people, so that
-- whoever shows it can hide what would tell of a few.

-- Tell whether the organization in scope hears what a customer says in place of its own record: they passed it on, or a live
-- permission opens their word to it.
create function heard_of(customer uuid, corrected uuid, attribute text) returns boolean
language sql stable
as $$
    select exists (
        select from record o
        where o.customer_id = customer and o.source_id = customer_source() and o.kind = 'attributes' and o.type = attribute
          and o.superseded_at is null
          and (exists (select from demand d
                       where d.customer_id = customer and d.record_id = corrected and d.kind = 'correct' and d.withdrawn_at is null)
               or exists (select from permission p
                          where p.customer_id = customer and p.recipient_id = app_organization()
                            and opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at,
                                      p.recipient_id, o.source_id, o.category, statement_timestamp()))))
$$;

-- What stands of the organization in scope, attribute by attribute.
-- in   stale_before: when something was last confirmed before, it is stale
-- out  subjects: whom it knows; known: of how many it says this; disputed: people who said it is not so
--      corrected: people who, with this value before them, say another, of which the organization hears
create function data_quality(stale_before timestamptz)
returns table (attribute text, category text, subjects bigint, known bigint, people bigint, verified bigint, stale bigint,
    disputed bigint, corrected bigint)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    organization uuid := scope_organization('source');
begin
    return query
        with said as materialized (
            select r.customer_id, r.subject_id, r.type, r.category, r.standing, r.received_at, r.disputed_at is not null as is_disputed,
                r.corrected_at is not null and heard_of(r.customer_id, r.record_id, r.type) as is_corrected
            from record r
            where r.source_id = organization and r.kind = 'attributes' and r.superseded_at is null
        ), known as (
            select count(*) as subjects from subject s where s.source_id = organization
        )
        select said.type, said.category, known.subjects, count(distinct said.subject_id), count(distinct said.customer_id),
            count(*) filter (where said.standing = 'verified'), count(*) filter (where said.received_at < stale_before),
            count(distinct said.customer_id) filter (where said.is_disputed),
            count(distinct said.customer_id) filter (where said.is_corrected)
        from said
        cross join known
        group by said.type, said.category, known.subjects
        order by said.type, said.category;
end
$$;

-- Write down that it was counted whether what the organization in scope says of these customers agrees with what others say.
-- out  those that the organization knows and who let it see something for customer care, and no other
create function note_quality(customers uuid[]) returns setof uuid
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
        with mine as (
            select distinct s.customer_id, p.act_id from subject s
            join permission p on p.customer_id = s.customer_id and p.recipient_id = s.source_id and p.purpose = 'customer-care'
            where s.source_id = scope_organization('source') and s.customer_id = any (customers)
              and standing_reason(p, statement_timestamp()) in ('granted', 'attested')
        ), logged as (
            insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
                records, outcome, reason, act_id)
            select m.customer_id, statement_timestamp(), gen_random_uuid(), app_organization(), app_client(), 'service', 'quality',
                'customer-care', '{}', '{}', 0, 'released', 'counted', m.act_id
            from mine m
        )
        select m.customer_id from mine m;
end
$$;

revoke all on function data_quality, note_quality, heard_of from public;
grant execute on function data_quality, note_quality to cdp_source;
alter function data_quality owner to cdp_keeper;
alter function note_quality owner to cdp_keeper;
alter function heard_of owner to cdp_keeper;
