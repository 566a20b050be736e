-- What a customer does with the dossier as a whole: see all of it, correct it, leave.

-- The customer in scope and everybody who turned out to be the same person; nobody without a sealed scope.
create function own_customers() returns uuid[]
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return array(
        with recursive mine as (
            select scope_customer('customer') as customer_id
            union
            select c.customer_id from customer c join mine on c.merged_into = mine.customer_id
        )
        select mine.customer_id from mine where mine.customer_id is not null);
end
$$;

-- Tell everybody who may see `wanted` from `source` now that the customer in scope corrected or disputed something.
-- out  number of permissions
create function tell_recipients(word text, source uuid, wanted text, moment timestamptz) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    told integer;
begin
    if word not in ('correct', 'dispute', 'dispute-withdrawn') then
        perform refuse('refused');
    end if;
    insert into change (organization_id, customer_id, kind, purpose, at)
    select p.recipient_id, p.customer_id, word, p.purpose, moment
    from permission p
    where p.customer_id = scope_customer('customer')
      and words_of(source, wanted) && opened_by(p, statement_timestamp());
    get diagnostics told = row_count;
    return told;
end
$$;

-- Keep sources from bringing an erased person back: the names of each source, and what is the person's beyond one
-- source. A stated identifier that somebody else has too is not the erased person's alone, and stays usable. Of the time
-- only the day is kept, so that nothing leads from a hash to the acts of that moment.
create function suppress_customer(customer uuid, erasure uuid, moment timestamptz) returns void
language sql
as $$
    insert into suppression as known (source_id, type, blind, erasure_id, is_proven, at)
    select r.source_id, r.type, r.blind, erasure, false, day_of(moment)
    from reference r
    where r.customer_id = customer and r.source_id <> customer_source()
    union all
    select '00000000-0000-0000-0000-000000000000', i.type, i.blind, erasure, bool_or(i.source_id = customer_source()),
        day_of(moment)
    from identifier i
    where i.customer_id = customer
      and (i.is_verified or not exists (
          select from identifier other
          where other.type = i.type and other.blind = i.blind and other.customer_id <> suppress_customer.customer))
    group by i.type, i.blind
    order by 2, 3, 1
    on conflict (type, blind, source_id) do update set erasure_id = excluded.erasure_id, is_proven = true, at = excluded.at
        where excluded.is_proven;
$$;

-- End every permission of these customers, with the act that proves it. Recipients, and sources without a permission, hear
-- of the erasure once, with its day and under the id that they know; every older word about these customers goes.
create function end_permissions(customer uuid, everyone uuid[], moment timestamptz) returns void
language plpgsql
as $$
declare
    p permission;
begin
    for p in select * from permission x where x.customer_id = any (everyone) loop
        perform settle_permission(permission_after(p, 'erase', '{}', null, null, moment), 'erase', moment);
    end loop;
    insert into change (organization_id, customer_id, kind, at)
    select x.recipient_id, x.customer_id, 'erase', day_of(moment) from permission x where x.customer_id = any (everyone)
    union
    select s.source_id, customer, 'erase', day_of(moment) from subject s
    where s.customer_id = customer and s.source_id <> customer_source()
      and not exists (select from permission x where x.customer_id = customer and x.recipient_id = s.source_id);
end
$$;

-- Erase the customer in scope: every row and key goes; the acts and accesses stay as proof without a person, and keyed
-- hashes of what they were known by keep sources from bringing them back. Subjects are locked first, as deliveries do,
-- and again once nobody can link another one.
-- out  subjects erased, with the wrapped keys that the ring must forget next
create function erase_customer(erasure uuid, moment timestamptz)
returns table (erased_subject uuid, wrapped_key bytea)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    customer uuid := scope_customer('customer');
    everyone uuid[];
    subjects uuid[];
begin
    perform from subject s where s.customer_id = customer order by s.subject_id for update;
    perform from customer c where c.customer_id = customer for update;
    if not found then
        perform refuse('not-found');
    end if;
    everyone := own_customers();
    perform from subject s where s.customer_id = customer order by s.subject_id for update;
    select coalesce(array_agg(s.subject_id), '{}') into subjects from subject s where s.customer_id = customer;
    perform suppress_customer(customer, erasure, moment);
    perform end_permissions(customer, everyone, moment);
    delete from login_link l
    where l.email_blind in (select i.blind from identifier i where i.customer_id = customer and i.type = 'email');
    perform shred_subjects(customer, subjects, moment);
    delete from permission x where x.customer_id = any (everyone);
    delete from link l where l.customer_id = any (everyone);
    delete from cannot_link n where n.customer_id = any (everyone);
    perform forget_requests(everyone);
    delete from session s where s.customer_id = any (everyone);
    delete from authorization_request r where r.customer_id = any (everyone);
    delete from token_family f where f.customer_id = any (everyone);
    perform forget_ways_in(everyone);
    perform forget_demands(everyone);
    perform forget_letters(everyone);
    perform forget_contacts(everyone);
    perform forget_wishes(everyone);
    perform forget_messages(everyone);
    perform forget_replies(everyone);
    perform forget_offers(everyone);
    perform forget_firings(everyone);
    perform forget_surveys(everyone);
    delete from idempotency i where i.caller = customer::text;
    delete from customer c where c.customer_id = any (everyone);
    delete from change x where x.customer_id = any (everyone) and x.kind <> 'erase';
    perform log_erasure(everyone, erasure, moment);
    return query select k.subject_id, k.wrapped from key_destruction k where k.subject_id = any (subjects);
end
$$;
