-- How a customer shows who they are: a code of a few minutes that an organization exchanges, once, for the profile that it
-- may see. Only a keyed hash of a code is kept.

create table presentation (
    code_hash   bytea primary key check (octet_length(code_hash) = 32),
    customer_id uuid not null,
    made_at     timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index presentation_customer on presentation (customer_id, made_at);
comment on table presentation is 'Codes that customers show at a counter or say on the phone; each is good for one exchange.';

create table presentation_miss (
    organization_id uuid primary key,
    since           timestamptz not null,
    expires_at      timestamptz not null,
    misses          integer not null
);
comment on table presentation_miss is 'How many codes an organization tried of late that opened nothing.';

-- Keep a code of the customer in scope. Whoever makes another one takes the one before back; a few dozen an hour are enough.
-- out  until when it is good; null where the same code was given out before: make another one
create function make_presentation(hash bytea, seconds integer, most integer) returns timestamptz
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_customer('customer');
    moment timestamptz := statement_timestamp();
    ends_at timestamptz;
begin
    if me is null then
        perform refuse('refused');
    end if;
    perform from customer c where c.customer_id = me for no key update; -- they take turns
    if (select count(*) from presentation p where p.customer_id = me and p.made_at > moment - interval '1 hour') >= most then
        perform refuse('too-many-presentations');
    end if;
    update presentation p set expires_at = moment where p.customer_id = me and p.used_at is null and p.expires_at > moment;
    insert into presentation (code_hash, customer_id, made_at, expires_at)
    values (hash, me, moment, moment + make_interval(secs => seconds))
    on conflict do nothing
    returning presentation.expires_at into ends_at;
    return ends_at;
end
$$;

-- Use a code up for the organization in scope, and write down that it was shown: for whom it names, or for nobody. A code
-- that is wrong, used, too old or of somebody who granted nothing for this purpose is the same answer and the same work;
-- so many of those in ten minutes, and every code is.
-- out  one row: the customer, or null; and whether it was not looked at, because too many were wrong before
create function exchange_presentation(hash bytea, most integer)
returns table (customer_id uuid, is_spent boolean)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('exporter');
    moment timestamptz := statement_timestamp();
    spent boolean;
    taken uuid;
    named uuid;
    p permission;
    reason text;
begin
    if organization is null then
        perform refuse('refused');
    end if;
    perform pg_advisory_xact_lock(hashtextextended('present ' || organization, 0)); -- two misses at once are two
    spent := exists (select from presentation_miss m
                     where m.organization_id = organization and m.expires_at > moment and m.misses >= most);
    if not spent then
        update presentation x set used_at = moment
        where x.code_hash = hash and x.used_at is null and x.expires_at > moment
        returning x.customer_id into taken;
        select coalesce(c.merged_into, c.customer_id) into named
        from presentation x join customer c using (customer_id) where x.code_hash = hash;
    end if;
    select * into p from permission x
    where x.customer_id = named and x.recipient_id = organization and x.purpose = app_purpose();
    reason := case when spent then 'too-many-tries'
                   when named is null then 'not-found'
                   when taken is null then 'code-ended'
                   else standing_reason(p, moment) end;
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released,
        records, outcome, reason, act_id)
    values (coalesce(named, '00000000-0000-0000-0000-000000000000'), moment, gen_random_uuid(), organization,
        nullif(current_setting('app.client'), ''), 'service', 'presentation', app_purpose(), '{}', '{}', 0,
        case when reason in ('granted', 'attested') then 'released' when named is null then 'unknown' else 'refused' end,
        reason, p.act_id);
    if reason not in ('granted', 'attested') then
        named := null;
        insert into presentation_miss as m (organization_id, since, expires_at, misses)
        values (organization, moment, moment + interval '10 minutes', 1)
        on conflict (organization_id) do update set
            since = case when m.expires_at > moment then m.since else excluded.since end,
            misses = case when m.expires_at > moment then m.misses + 1 else 1 end,
            expires_at = case when m.expires_at > moment then m.expires_at else excluded.expires_at end;
    end if;
    return query select named, spent;
end
$$;
