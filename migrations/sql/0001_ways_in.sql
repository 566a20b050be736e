-- How a customer comes in beside the link by e-mail: passkeys, an external login, codes.

-- ---------------------------------------------------------------- the directory: found by credential, not by customer

create table passkey (
    credential_id bytea primary key check (octet_length(credential_id) between 16 and 1023),
    customer_id   uuid not null,
    passkey_id    uuid not null unique,
    subject_id    uuid not null,
    public_key    bytea not null,
    sign_count    bigint not null,
    is_synced     boolean not null,
    sealed        bytea not null,
    made_at       timestamptz not null,
    used_at       timestamptz
);
create index passkey_customer on passkey (customer_id);
comment on column passkey.sealed is 'The name that the customer gave it, under the key of their own subject.';
comment on column passkey.is_synced is 'Whether it lives in an account and not in one device only.';

create table ceremony (
    challenge_hash bytea primary key,
    kind           text not null check (kind in ('register', 'login', 'step-up', 'external', 'link', 'employee')),
    holder         bytea not null,
    asker_blind    bytea not null,
    asked_at       timestamptz not null,
    expires_at     timestamptz not null,
    used_at        timestamptz
);
create index ceremony_asker on ceremony (asker_blind, asked_at);
comment on table ceremony is 'Challenges to a passkey and states of an external login: short-lived, used once, by who asked.';
comment on column ceremony.holder is 'Keyed hash of the browser or the session that asked.';

create table external_login (
    subject_hash bytea primary key,
    customer_id  uuid not null,
    external_id  uuid not null unique,
    made_at      timestamptz not null,
    used_at      timestamptz
);
create index external_login_customer on external_login (customer_id);
comment on table external_login is 'Who the provider calls so logs in as this customer; a keyed hash of issuer and subject.';

-- ---------------------------------------------------------------- the dossier

create table proof_code (
    customer_id uuid not null,
    code_id     uuid not null,
    kind        text not null check (kind in ('step-up', 'address')),
    session_id  uuid not null,
    type        text not null check (type in ('email', 'phone')),
    blind       bytea not null check (octet_length(blind) = 16),
    sealed      bytea not null,
    subject_id  uuid not null,
    code_hash   bytea not null,
    tries       smallint not null default 0,
    sent_at     timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    primary key (customer_id, code_id)
);
create index proof_code_target on proof_code (blind, sent_at);
comment on table proof_code is 'Codes sent to somebody who is logged in, to prove themselves again or a further address or number.';

-- ---------------------------------------------------------------- keeping a way in

-- Everything by which these customers come in; part of an erasure.
create function forget_ways_in(customers uuid[]) returns void
language sql
begin atomic
    delete from passkey p where p.customer_id = any (customers);
    delete from external_login e where e.customer_id = any (customers);
    delete from proof_code c where c.customer_id = any (customers);
    delete from question q where q.customer_id = any (customers);
    delete from question_code c where c.customer_id = any (customers);
    delete from question_try t where t.customer_id = any (customers);
    delete from presentation p where p.customer_id = any (customers);
end;

-- Remove one way in of the customer in scope, never the last one, and never the last address for letters.
-- in   a passkey's or external login's id; of an address or number the blind index
create function remove_way_in(kind text, id uuid, wanted bytea) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    customer uuid := scope_customer('customer');
    mailboxes bigint;
    others bigint;
    removed bigint := 0;
begin
    perform from customer c where c.customer_id = customer for update;
    select count(*) into mailboxes from reference r
    where r.source_id = customer_source() and r.type = 'customer' and r.customer_id = customer;
    select (select count(*) from passkey p where p.customer_id = customer)
         + (select count(*) from external_login e where e.customer_id = customer) into others;
    if kind = 'passkey' then
        delete from passkey p where p.customer_id = customer and p.passkey_id = id;
        get diagnostics removed = row_count;
    elsif kind = 'external' then
        delete from external_login e where e.customer_id = customer and e.external_id = id;
        get diagnostics removed = row_count;
    elsif kind in ('email', 'phone') then
        delete from reference r
        where r.source_id = customer_source() and r.customer_id = customer and r.blind = wanted
          and r.type = case kind when 'email' then 'customer' else 'phone' end;
        get diagnostics removed = row_count;
        delete from identifier i
        where i.source_id = customer_source() and i.customer_id = customer and i.type = kind and i.blind = wanted and removed > 0;
    end if;
    if removed = 0 then
        perform refuse('not-found');
    end if;
    if (kind in ('passkey', 'external') and mailboxes + others = 1) or (kind = 'email' and mailboxes = 1) then
        perform refuse('last-way-in');
    end if;
end
$$;

-- ---------------------------------------------------------------- whose an address or number is

-- Keep an identifier that the customer proved, and let the dossiers that know it as verified and that nobody claimed join
-- theirs, as at a first login. One that somebody else proved stays theirs.
-- out  how many joined
create function prove_identifier(customer uuid, proven_type text, proven_blind bytea, sealed_reference bytea, moment timestamptz)
returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    named constant text := case proven_type when 'email' then 'customer' else proven_type end;
    own uuid;
    holder uuid;
    found uuid[];
    other uuid;
    joined integer := 0;
begin
    if not is_sealed('doorman') or proven_type not in ('email', 'phone') then
        perform refuse('refused');
    end if;
    perform hold_identifiers(array[proven_blind]);
    select r.customer_id into holder from reference r
    where r.source_id = customer_source() and r.type = named and r.blind = proven_blind;
    if holder = customer then
        return 0;
    elsif holder is not null then
        perform refuse('proven-by-another');
    end if;
    select s.subject_id into own from subject s
    where s.customer_id = customer and s.source_id = customer_source() order by s.created_at limit 1;
    if own is null then
        perform refuse('not-found');
    end if;
    delete from suppression s where s.type = proven_type and s.blind = proven_blind;
    insert into reference (source_id, type, blind, customer_id, subject_id, sealed)
    values (customer_source(), named, proven_blind, customer, own, sealed_reference);
    insert into identifier (customer_id, subject_id, source_id, category, type, blind, is_verified, since)
    values (customer, own, customer_source(), 'contact', proven_type, proven_blind, true, moment);
    found := array(
        select c.customer_id from customer c
        where c.claimed_at is null and c.merged_into is null and c.customer_id in (
            select i.customer_id from identifier i where i.type = proven_type and i.blind = proven_blind and i.is_verified)
        order by c.created_at, c.customer_id);
    if not are_several_people(found) then
        foreach other in array found loop
            joined := joined + join_customers(other, customer, 'proven-identifier', moment,
                holder_in(other, proven_type, proven_blind), own)::integer;
        end loop;
    end if;
    perform bind_holders(own, proven_type, proven_blind, 'proven-identifier', moment);
    perform settle_likeness(customer, moment);
    return joined;
end
$$;
