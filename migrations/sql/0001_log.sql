-- The two transparency logs: what is to be logged (the outboxes), the logs themselves, and what opens their leaves.
-- An act, a link, an erasure or an access is the fact; triggers put it into an outbox in the same transaction, so that
-- none can be without. Only the sequencer takes from there. All of the log is written once: nothing is changed or taken
-- back, but for openings, which an erasure deletes.

create table log (
    log_id   smallint primary key,
    kind     text not null check (kind in ('consent', 'access')),
    name     text not null unique check (name ~ '^[a-z][a-z0-9-]{1,39}$'),
    origin   text not null unique,
    size     bigint not null default 0 check (size >= 0),
    begun_at timestamptz not null,
    ended_at timestamptz
);
comment on table log is 'One log, and its size. A new one of the same kind begins only after a restore that the old one cannot follow.';
comment on column log.name is 'The last part of its origin and of its address.';

create table log_key (
    log_id   smallint not null references log,
    vkey     text not null,
    added_at timestamptz not null,
    primary key (log_id, vkey)
);
comment on table log_key is 'The public keys of a log; the newest signs. The private ones are files, never here.';

create table leaf (
    log_id   smallint not null,
    position bigint not null,
    leaf     bytea not null check (octet_length(leaf) = 34),
    primary key (log_id, position)
);
comment on table leaf is 'The entries of the logs: commitments that say nothing about a person.';

create table node (
    log_id   smallint not null,
    level    smallint not null check (level between 1 and 7),
    position bigint not null,
    hash     bytea not null check (octet_length(hash) = 32),
    primary key (log_id, level, position)
);
comment on table node is 'Roots over 256, 256², … leaves: with the leaves, all tiles of the log.';

create table checkpoint (
    log_id smallint not null,
    size   bigint not null,
    root   bytea not null check (octet_length(root) = 32),
    note   bytea not null,
    at     timestamptz not null,
    primary key (log_id, size)
);
comment on table checkpoint is 'What was signed, as it is published.';

create table pseudonym (
    customer_id     uuid not null,
    organization_id uuid not null,
    pseudonym       uuid not null unique,
    primary key (customer_id, organization_id)
);
comment on table pseudonym is 'Random names of customers in the logs, another with each organization; deleted with the customer.';
comment on column pseudonym.organization_id is 'The nil uuid stands for what is the customer''s alone: own reads, and links of subjects.';
comment on constraint pseudonym_pkey on pseudonym is 'The sequencer looks up a batch of names by it, one probe each.';
comment on constraint pseudonym_pseudonym_key on pseudonym is 'From a name back to the customer: the check of the database.';

create table opening (
    log_id          smallint not null,
    position        bigint not null,
    kind            smallint not null check (kind between 1 and 5),
    pseudonym       uuid not null,
    organization_id uuid not null,
    seq             bigint not null,
    fact_id         uuid not null,
    salt            bytea not null check (octet_length(salt) = 32),
    body            bytea not null,
    primary key (log_id, position)
);
create index opening_chain on opening (pseudonym, organization_id, log_id, position);
create index opening_fact on opening (fact_id) where kind = 1;
create index opening_erasure on opening (log_id, position) where kind = 2;
comment on table opening is 'What opens a leaf: salt and body as they were hashed. An erasure deletes it; the leaf stays.';
comment on column opening.pseudonym is 'The nil uuid stands for nobody, as it does for no organization and no fact.';
comment on column opening.fact_id is 'The act, the link or the access that it tells of.';

create table consent_outbox (
    entry_id    bigint generated always as identity primary key,
    fact        text not null check (fact in ('act', 'link', 'wish', 'message', 'firing', 'reply', 'demand', 'erasure', 'policy')),
    customer_id uuid not null,
    fact_id     uuid not null,
    seq         bigint,
    facts       jsonb,
    at          timestamptz not null,
    salt        bytea not null check (octet_length(salt) = 32),
    held        text,
    held_since  timestamptz,
    check (held is null or held_since is not null)
);
create index consent_outbox_held on consent_outbox (customer_id) where held is not null;
comment on table consent_outbox is 'Facts that the consent log does not hold yet.';
comment on column consent_outbox.held is 'Why it is set aside: no entry can say it, or it waits behind such a one. Null while it has its turn.';
comment on column consent_outbox.held_since is 'When the log said that it is set aside; kept when it gets another turn.';

create table access_outbox (
    entry_id    bigint generated always as identity primary key,
    customer_id uuid not null,
    at          timestamptz not null,
    access_id   uuid not null,
    salt        bytea not null check (octet_length(salt) = 32),
    held        text,
    held_since  timestamptz,
    check (held is null or held_since is not null)
);
create index access_outbox_held on access_outbox (entry_id) where held is not null;
comment on table access_outbox is 'Accesses that the access log does not hold yet.';
comment on column access_outbox.held is 'Why it is set aside, as in consent_outbox.';
-- They are emptied all the time: what is left of them must not pile up.
alter table consent_outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table access_outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- 256 random bits; three random ids hold 366.
create function new_salt() returns bytea language sql volatile parallel safe
return sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

-- Put what was just written down where the sequencer takes it from.
create function log_acts() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    insert into consent_outbox (fact, customer_id, fact_id, seq, at, salt)
    select 'act', a.customer_id, a.act_id, a.seq, statement_timestamp(), new_salt() from fresh a order by a.customer_id, a.seq;
    return null;
end
$$;

create function log_links() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)
    select 'link', l.customer_id, l.link_id,
        jsonb_build_object('kind', l.kind, 'reason', l.reason, 'subject', l.subject_id, 'source', coalesce(s.source_id, customer_source())), l.at, new_salt()
    from fresh l
    left join subject s on s.customer_id in (l.customer_id, l.from_id) and s.subject_id = l.subject_id
    order by l.link_id;
    return null;
end
$$;

-- Hundreds of reads share a statement, so their salts share one draw: each is its hash with the access that it is for. The
-- draw is kept nowhere, so one salt says nothing about another.
create function log_accesses() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    drawn bytea := new_salt();
begin
    insert into access_outbox (customer_id, at, access_id, salt)
    select a.customer_id, a.at, a.access_id, sha256(drawn || uuid_send(a.access_id)) from fresh a;
    return null;
end
$$;

-- Tell the sequencer that these customers are gone, so that nothing opens their leaves any more.
create function log_erasure(customers uuid[], erasure uuid, moment timestamptz) returns void
language sql
as $$
    insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)
    values ('erasure', '00000000-0000-0000-0000-000000000000', erasure, jsonb_build_object('customers', to_jsonb(customers)),
            moment, new_salt());
$$;

-- A permission is what an act has made it; nobody but the database's superuser writes one without.
create function check_permission() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'UPDATE' and (new.epoch, new.changed_at) = (old.epoch, old.changed_at) or not exists (
        select from act a
        where a.customer_id = new.customer_id and a.seq = new.epoch and a.at = new.changed_at
          and a.recipient_id = new.recipient_id and a.purpose = new.purpose)
    then
        raise exception using errcode = 'integrity_constraint_violation', message = 'a permission changes by an act';
    end if;
    return null;
end
$$;

-- What was written stays as it is.
create function refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception using errcode = 'integrity_constraint_violation', message = tg_table_name || ' is written once';
end
$$;

-- What proves a decision or a read stays, but may lose whom it was about, once that person is gone.
create function refuse_change_but_parting() returns trigger
language plpgsql
as $$
declare
    parting text[];
begin
    if tg_op = 'UPDATE' and not exists (
            select from customer c where c.customer_id in (old.customer_id, new.customer_id)) then
        parting := '{customer_id,request_id,evidence,other_id,other}';
    elsif tg_op = 'UPDATE' and to_jsonb(old) ->> 'other_id' is not null and not exists (
            select from customer c where c.customer_id = (to_jsonb(old) ->> 'other_id')::uuid) then
        parting := '{other_id}';
    end if;
    if to_jsonb(new) - parting = to_jsonb(old) - parting then
        return new;
    end if;
    raise exception using errcode = 'integrity_constraint_violation', message = tg_table_name || ' is written once';
end
$$;

create trigger logged after insert on act referencing new table as fresh for each statement execute function log_acts();
create trigger logged after insert on link referencing new table as fresh for each statement execute function log_links();
create trigger logged after insert on access referencing new table as fresh for each statement execute function log_accesses();
create trigger acted after insert or update on permission for each row when (current_user like 'cdp\_%')
    execute function check_permission();
create trigger written_once before update or delete on act for each row execute function refuse_change_but_parting();
create trigger written_once before update or delete on access for each row when (current_user <> 'cdp_owner')
    execute function refuse_change_but_parting();
create trigger written_once before update or delete or truncate on leaf for each statement execute function refuse_change();
create trigger written_once before update or delete or truncate on node for each statement execute function refuse_change();
create trigger written_once before update or delete or truncate on checkpoint for each statement execute function refuse_change();
create trigger written_once before update or delete or truncate on log_key for each statement execute function refuse_change();
create trigger written_once before update or truncate on opening for each statement execute function refuse_change();

-- All pseudonyms of the customer in scope and of whom they were merged with; nobody's without a sealed scope.
create function own_pseudonyms() returns uuid[]
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return array(select p.pseudonym from pseudonym p where p.customer_id = any (own_customers()));
end
$$;

-- Record that permissions ended, each with its true time: the end itself.
-- out  how many were recorded
create function record_expiries(at_most integer, moment timestamptz) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    ended record;
    recorded integer := 0;
begin
    for ended in
        with due as materialized (
            (select p.customer_id, p.recipient_id, p.purpose, p.expires_at as ends_at
             from permission p
             where p.categories <> '{}' and p.changed_at < p.expires_at and p.expires_at <= moment
               and (select true from customer c where c.customer_id = p.customer_id and c.merged_into is null limit 1)
             order by p.expires_at limit at_most)
            union all
            (select p.customer_id, p.recipient_id, p.purpose, p.attested_expires_at
             from permission p
             where p.attested_categories <> '{}' and p.changed_at < p.attested_expires_at and p.attested_expires_at <= moment
               and (select true from customer c where c.customer_id = p.customer_id and c.merged_into is null limit 1)
             order by p.attested_expires_at limit at_most)
        )
        select * from due order by customer_id, ends_at
    loop
        begin
            perform record_act(ended.customer_id, gen_random_uuid(), 'expire', ended.recipient_id, ended.purpose, '{}', null, null,
                ended.ends_at, 'time', null, null, '{}');
            recorded := recorded + 1;
        exception when sqlstate 'CDP01' then
            null; -- the customer was quicker
        end;
    end loop;
    return recorded;
end
$$;
create index permission_end on permission (expires_at) where categories <> '{}' and changed_at < expires_at;
create index permission_attested_end on permission (attested_expires_at)
    where attested_categories <> '{}' and changed_at < attested_expires_at;

-- Cut the last thread between what proves decisions and reads of some customers, who are gone, and who they were.
create function part_with(customers uuid[]) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    gone uuid;
    nobody uuid;
begin
    if not is_sealed('sequencer') or exists (select from customer c where c.customer_id = any (customers)) then
        perform refuse('refused');
    end if;
    foreach gone in array customers loop
        nobody := gen_random_uuid();
        update act a set customer_id = nobody, request_id = null, evidence = '{}', other_id = null, other = null
        where a.customer_id = gone;
        update act a set other_id = nobody where a.other_id = gone;
        update access a set customer_id = nobody where a.customer_id = gone;
    end loop;
    delete from change x where x.customer_id = any (customers) and x.kind <> 'erase'; -- what was under way meanwhile
end
$$;

-- Tell a consent log that begins anew what customers said and asked of those who may still read it: the lines of their reads cite it.
create function tell_said_again() returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not is_sealed('sequencer') then
        perform refuse('refused');
    end if;
    perform log_statement(said.fact, said.customer_id, said.id, said.organization_id, said.digest, said.at)
    from (select 'reply' as fact, r.customer_id, r.reply_id as id, r.organization_id, sha256(r.sealed) as digest, r.at from reply r
          union all
          select 'demand', d.customer_id, d.demand_id, d.organization_id, sha256(coalesce(d.words, '')), d.asked_at from demand d) said
    order by said.at, said.id;
end
$$;
