-- How the catalog and the key ring change while others work: who comes in takes a shared lock that ends with the
-- transaction, who changes something an exclusive one, so that nobody stores anything by what no longer holds.

-- The number of the catalog as it stands; until this transaction ends, the mapping of the organization in scope stays.
create function hold_catalog() returns bigint
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock_shared(4014, hashtext(app_organization()::text));
    return (select v.version from catalog_version v);
end
$$;

-- Wait for whoever stores by the old mapping of the organization in scope, keep newcomers waiting, and count the change.
create function change_catalog() returns bigint
language plpgsql
as $$
declare
    number bigint;
begin
    perform pg_advisory_xact_lock(4014, hashtext(app_organization()::text));
    update catalog_version set version = version + 1 returning version into number;
    return number;
end
$$;

-- The generation of the key ring under which a data key was wrapped, as its first bytes say.
create function generation_of(wrapped bytea) returns integer language sql immutable parallel safe
return ('x' || encode(substr(wrapped, 2, 4), 'hex'))::bit(32)::integer;

-- Refuse a data key that was wrapped under a generation that is being retired: the same transaction, tried again,
-- wraps under the new one. Until this transaction ends the floor stays.
create function admit_keys(wrapped bytea[]) returns void
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock_shared(4013);
    if (select min(generation_of(w)) from unnest(wrapped) w) < (select k.generation from key_floor k) then
        raise exception using errcode = 'serialization_failure', message = 'key-generation-retired';
    end if;
end
$$;

-- Let no data key be wrapped under an older generation than this from now on; waits for those on their way in.
create function raise_key_floor(wanted integer) returns void
language plpgsql
as $$
begin
    perform pg_advisory_xact_lock(4013);
    update key_floor set generation = wanted where generation < wanted;
end
$$;

-- Empty what stands in clear of an attribute that may not any more, a part at a time.
-- out  how many records; 0 when none is left
create function hide_queryable(organization uuid, attribute_name text, at_most integer) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    hidden integer;
begin
    if not is_sealed('operator') and organization is distinct from scope_organization('source') then
        perform refuse('refused');
    end if;
    with chunk as (
        select r.customer_id, r.record_id from record r
        where r.source_id = organization and r.kind = 'attributes' and r.type = attribute_name and r.queryable is not null
        limit at_most
        for no key update
    )
    update record r set queryable = null from chunk
    where r.customer_id = chunk.customer_id and r.record_id = chunk.record_id;
    get diagnostics hidden = row_count;
    return hidden;
end
$$;
