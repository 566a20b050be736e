-- The doors: what a credential stands for, how a customer claims a dossier, and how one leaves.

-- The customer of a token family that stands: nobody ended it, and the permission that it lives on stands and was not
-- taken back and did not end since; null for any other.
create function family_holds(family uuid, organization uuid) returns uuid
language plpgsql stable
as $$
declare
    f token_family;
    me uuid;
begin
    select * into f from token_family x where x.family_id = family and x.revoked_at is null;
    select coalesce(c.merged_into, c.customer_id) into me from customer c where c.customer_id = f.customer_id;
    if me is null or f.purpose is not null and (
        not exists (
            select from permission p
            where p.customer_id = me and p.recipient_id = organization and p.purpose = f.purpose
              and p.categories <> '{}' and p.expires_at > statement_timestamp())
        or exists (
            select from act a
            where a.customer_id = me and a.recipient_id = organization and a.purpose = f.purpose
              and a.kind in ('revoke', 'object', 'erase', 'expire') and a.at >= f.since)) then
        return null;
    end if;
    return f.customer_id;
end
$$;

-- What a token family stands for now, for the doorman: its customer, and what the permission that it lives on opens.
create function check_family(family uuid)
returns table (customer_id uuid, categories text[], sources uuid[], expires_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not is_sealed('doorman') then
        return;
    end if;
    return query
        select f.customer_id, p.categories, p.sources, p.expires_at
        from token_family f join client c using (client_id) join customer m on m.customer_id = f.customer_id
        left join permission p on p.customer_id = coalesce(m.merged_into, m.customer_id)
            and p.recipient_id = c.organization_id and p.purpose = f.purpose
        where f.family_id = family and family_holds(family, c.organization_id) is not null;
end
$$;

-- What a bearer token stands for now; no row when it, its client or its organization has ended, or what it lives on.
create function check_token(hash bytea)
returns table (client_id text, organization_id uuid, slug text, scopes text[], key_hash bytea, customer_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
        select c.client_id, c.organization_id, o.slug, t.scopes, t.key_hash, f.customer_id
        from access_token t join client c using (client_id) left join organization o using (organization_id)
        cross join lateral (
            select case when t.family_id is not null then family_holds(t.family_id, c.organization_id) end as customer_id) f
        where t.token_hash = hash and t.revoked_at is null and t.expires_at > statement_timestamp()
          and c.revoked_at is null and o.closed_at is null and (t.family_id is null or f.customer_id is not null);
end
$$;

-- Tell whether every one of these tokens stands, now, for this client of this organization and was given this scope. One
-- that is bound to a key does not by itself: whoever shows it has to prove more; nor one that is bound to a customer.
create function tokens_hold(hashes bytea[], holder text, house uuid, needed text) returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return cardinality(hashes) > 0 and not exists ( -- of no token at all nothing stands
        select from unnest(hashes) h (hash)
        where not exists (
            select from access_token t join client c using (client_id) join organization o using (organization_id)
            where t.token_hash = h.hash and t.revoked_at is null and c.client_id = holder and c.revoked_at is null
              and (needed is null or (t.expires_at > statement_timestamp() and t.key_hash is null and t.family_id is null
                                      and needed = any (t.scopes)))
              and o.organization_id = house and o.closed_at is null));
end
$$;

-- The organization that a write key belongs to, and the largest batch it may send.
create function check_write_key(hash bytea)
returns table (organization_id uuid, slug text, batch_bytes integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
        select k.organization_id, o.slug, k.batch_bytes
        from write_key k join organization o using (organization_id)
        where k.key_hash = hash and k.revoked_at is null and o.closed_at is null;
end
$$;

-- The customer of a session that is still open; asking is using, and moves its end on.
create function check_session(hash bytea)
returns table (customer_id uuid, session_id uuid, proven_at timestamptz, expires_at timestamptz, ends_at timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    update session s set expires_at = least(s.ends_at, statement_timestamp() + s.idle)
    where s.session_hash = hash and s.ended_at is null and s.expires_at > statement_timestamp()
      and s.expires_at < least(s.ends_at, statement_timestamp() + s.idle - interval '15 seconds'); -- not at every request
    return query
        select s.customer_id, s.session_id, s.proven_at, s.expires_at, s.ends_at
        from session s join customer c using (customer_id)
        where s.session_hash = hash and s.ended_at is null and s.expires_at > statement_timestamp();
end
$$;

-- Whether an identifier that all of these have is shared, as a household shares an address: more than three have it, or
-- one source knows two of them under numbers of their own. Then it proves nobody, and nobody's dossier opens with it.
create function are_several_people(customers uuid[]) returns boolean
language sql stable
return cardinality(customers) > 3 or exists (
    select from subject s
    join reference r on r.customer_id = s.customer_id and r.subject_id = s.subject_id and r.type = 'user_id'
    where s.customer_id = any (customers)
    group by s.source_id having count(distinct s.customer_id) > 1);

-- The customer whom a proven identifier belongs to. At the first login the dossiers that know it as verified become
-- one claimed dossier; nobody else's does. The caller offers ids and a wrapped key for the customer's own subject.
create function claim_customer(proven_type text, proven_blind bytea, sealed_reference bytea, new_customer uuid, new_subject uuid,
    wrapped bytea, moment timestamptz)
returns table (customer_id uuid, is_new boolean)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    mine uuid;
    other uuid;
    found uuid[];
begin
    if not is_sealed('doorman') then
        perform refuse('refused');
    end if;
    perform hold_identifiers(array[proven_blind]);
    select r.customer_id into mine from reference r
    where r.source_id = customer_source() and r.type = 'customer' and r.blind = proven_blind;
    if mine is not null then
        return query select mine, false;
        return;
    end if;
    delete from suppression s
    where s.erasure_id in (
        select x.erasure_id from suppression x where x.type = proven_type and x.blind = proven_blind and x.is_proven)
       or s.type = proven_type and s.blind = proven_blind;
    perform from customer c
    where c.customer_id in (
        select i.customer_id from identifier i where i.type = proven_type and i.blind = proven_blind and i.is_verified)
    order by c.customer_id
    for update;
    found := array(
        select c.customer_id from customer c
        where c.claimed_at is null and c.merged_into is null and c.customer_id in (
            select i.customer_id from identifier i where i.type = proven_type and i.blind = proven_blind and i.is_verified)
        order by c.created_at, c.customer_id);
    if found = '{}' or are_several_people(found) then
        insert into customer (customer_id, created_at, claimed_at) values (new_customer, moment, moment);
        mine := new_customer;
    else
        mine := found[1];
        foreach other in array found[2:] loop
            perform join_customers(other, mine, 'proven-identifier', moment, holder_in(other, proven_type, proven_blind),
                holder_in(mine, proven_type, proven_blind));
        end loop;
        update customer c set claimed_at = moment where c.customer_id = mine;
    end if;
    perform admit_keys(array[claim_customer.wrapped]);
    insert into subject (customer_id, subject_id, source_id, origin_id, created_at)
    values (mine, new_subject, customer_source(), mine, moment);
    insert into data_key (customer_id, subject_id, wrapped, generation, created_at)
    values (mine, new_subject, claim_customer.wrapped, generation_of(claim_customer.wrapped), moment);
    insert into reference (source_id, type, blind, customer_id, subject_id, sealed)
    values (customer_source(), 'customer', proven_blind, mine, new_subject, sealed_reference);
    insert into identifier (customer_id, subject_id, source_id, category, type, blind, is_verified, since)
    values (mine, new_subject, customer_source(), 'contact', proven_type, proven_blind, true, moment);
    perform bind_holders(new_subject, proven_type, proven_blind, 'proven-identifier', moment);
    perform settle_likeness(mine, moment); -- from now on likeness alone is not enough
    return query select mine, true;
end
$$;

-- Take these subjects' rows away and note their keys for destruction.
create function shred_subjects(customer uuid, subjects uuid[], moment timestamptz) returns void
language plpgsql
as $$
begin
    with gone as ( -- as it stands when it goes: a rotation may be wrapping it anew at this moment
        delete from data_key k where k.customer_id = customer and k.subject_id = any (subjects) returning k.subject_id, k.wrapped
    )
    insert into key_destruction (subject_id, wrapped, at) select g.subject_id, g.wrapped, day_of(moment) from gone g
    on conflict do nothing;
    delete from record r where r.customer_id = customer and r.subject_id = any (subjects);
    delete from interaction i where i.customer_id = customer and i.subject_id = any (subjects);
    delete from evidence e where e.customer_id = customer and e.subject_id = any (subjects);
    delete from contact c where c.customer_id = customer and c.subject_id = any (subjects);
    delete from survey v where v.customer_id = customer and v.subject_id = any (subjects);
    delete from reply y where y.customer_id = customer and y.subject_id = any (subjects);
    delete from identifier i where i.customer_id = customer and i.subject_id = any (subjects);
    delete from match_key m using likeness l, unnest(l.keys) as hashed (key)
    where l.customer_id = customer and l.subject_id = any (subjects) and m.key = hashed.key and m.subject_id = l.subject_id;
    delete from likeness l where l.customer_id = customer and l.subject_id = any (subjects);
    delete from match_due d where d.subject_id = any (subjects);
    delete from bond b where b.subject_id = any (subjects) or b.other_id = any (subjects);
    delete from separation x where x.subject_id = any (subjects) or x.other_id = any (subjects);
    delete from cannot_link n where n.subject_id = any (subjects);
    perform forget_questions(subjects);
    update message m set sealed = null, subject_id = null where m.customer_id = customer and m.subject_id = any (subjects);
    delete from reference r where r.customer_id = customer and r.subject_id = any (subjects);
    delete from subject s where s.customer_id = customer and s.subject_id = any (subjects);
end
$$;

-- Take a customer away whom nobody claimed and nobody knows any more, with the shells that were merged into them.
create function forget_unknown(customer uuid) returns void
language plpgsql
as $$
declare
    everyone uuid[];
begin
    if exists (select from subject s where s.customer_id = customer)
        or exists (select from customer c where c.customer_id = customer and (c.claimed_at is not null or c.merged_into is not null)) then
        return;
    end if;
    delete from permission p where p.customer_id = customer;
    delete from access_request a where a.customer_id = customer;
    delete from link l where l.customer_id = customer;
    delete from cannot_link n where n.customer_id = customer;
    perform forget_contacts(array[customer]);
    perform forget_messages(array[customer]);
    perform forget_replies(array[customer]);
    perform forget_offers(array[customer]);
    perform forget_firings(array[customer]);
    perform forget_surveys(array[customer]);
    with gone as (
        delete from customer c where c.customer_id = customer or c.merged_into = customer returning c.customer_id
    )
    select array_agg(g.customer_id) into everyone from gone g;
    if everyone is not null then
        perform log_erasure(everyone, gen_random_uuid(), statement_timestamp());
    end if;
end
$$;

-- Remove a part of what an organization supplied, was allowed and may log in with; call again until it answers 0.
-- Acts and accesses stay: they are the customers' history. The organization's row stays, closed, to name it there.
-- out  number of subjects and permissions removed this time
create function remove_organization(organization uuid, at_most integer, moment timestamptz) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    group_of record;
    removed integer := 0;
    p permission;
begin
    if not is_sealed('operator') or organization = customer_source() then
        perform refuse('refused');
    end if;
    update organization o set closed_at = coalesce(o.closed_at, moment) where o.organization_id = organization;
    for p in select * from permission x
        where x.recipient_id = organization and open_at(x, greatest(moment, x.changed_at)) <> '{}' limit at_most
    loop
        perform settle_permission(
            permission_after(p, 'revoke', '{}', null, null, greatest(moment, p.changed_at)), 'revoke', moment);
        removed := removed + 1;
    end loop;
    for group_of in
        with chunk as materialized (
            select x.customer_id, x.subject_id from subject x where x.source_id = organization
            order by x.subject_id limit at_most for update
        )
        select s.customer_id, array_agg(s.subject_id) as subjects from chunk s group by s.customer_id
    loop
        perform shred_subjects(group_of.customer_id, group_of.subjects, moment);
        delete from link l where l.customer_id = group_of.customer_id and l.subject_id = any (group_of.subjects);
        perform forget_unknown(group_of.customer_id);
        perform settle_membership(array(select s.subject_id from subject s where s.customer_id = group_of.customer_id),
            'no-longer-alike', moment); -- whom only this organization's word joined
        removed := removed + cardinality(group_of.subjects);
    end loop;
    if removed = 0 then
        delete from access_token t using client c where c.client_id = t.client_id and c.organization_id = organization;
        delete from authorization_request r using client c where c.client_id = r.client_id and c.organization_id = organization;
        delete from token_family f using client c where c.client_id = f.client_id and c.organization_id = organization;
        delete from client c where c.organization_id = organization;
        delete from write_key k where k.organization_id = organization;
        delete from attribute a where a.organization_id = organization;
        delete from record_type t where t.organization_id = organization;
        perform remove_offers(organization);
        perform remove_rules(organization);
        delete from topic t where t.organization_id = organization;
        delete from channel c where c.organization_id = organization;
        delete from idempotency i where i.caller = organization::text;
        delete from suppression s where s.source_id = organization;
        delete from delivery d where d.source_id = organization;
        delete from reject r where r.source_id = organization;
        delete from import_job j where j.source_id = organization;
        delete from pull q where q.source_id = organization;
        delete from sender s where s.organization_id = organization;
        delete from message_report r where r.organization_id = organization;
        delete from access_request a where a.organization_id = organization;
        delete from change c where c.organization_id = organization;
    end if;
    return removed;
end
$$;
