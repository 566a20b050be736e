-- How acts change permissions. Only these functions can: the act and what it changes are one transaction.

-- Refuse with a code of ours: the vault turns it into the Problem of the same name.
create function refuse(code text, field text default null) returns void
language plpgsql
as $$
begin
    raise exception using errcode = 'CDP01', message = code, column = coalesce(field, '');
end
$$;

create function without(a text[], b text[]) returns text[] language sql immutable parallel safe
return coalesce((select array_agg(x order by x) from unnest(a) x where x <> all (b)), '{}');

create function shared_by(a text[], b text[]) returns text[] language sql immutable parallel safe
return coalesce((select array_agg(x order by x) from unnest(a) x where x = any (b)), '{}');

create function either(a text[], b text[]) returns text[] language sql immutable parallel safe
return coalesce((select array_agg(distinct x order by x) from unnest(a || b) x), '{}');

-- Sources that both lists name; null stands for every source.
create function common_sources(a uuid[], b uuid[]) returns uuid[] language sql immutable parallel safe
return case
    when a is null then b
    when b is null then a
    else coalesce((select array_agg(x order by x) from unnest(a) x where x = any (b)), '{}')
end;

-- The permission that `p` becomes by an act of `kind`; the mirror of consent/permission.py, held to it by tests/spec.
create function permission_after(p permission, kind text, wanted text[], wanted_sources uuid[], until timestamptz)
returns permission
language plpgsql immutable
as $$
declare
    before permission := p;
begin
    case kind
        when 'grant' then
            p.categories := wanted;
            p.sources := wanted_sources;
            p.expires_at := until;
            p.stopped := without(p.stopped, wanted);
        when 'extend' then
            p.categories := either(p.categories, wanted);
            p.expires_at := until;
            p.stopped := without(p.stopped, wanted);
        when 'narrow' then
            p.categories := shared_by(p.categories, wanted);
            p.attested_categories := shared_by(p.attested_categories, wanted);
            p.sources := common_sources(p.sources, wanted_sources);
            p.expires_at := least(p.expires_at, until);
            p.attested_expires_at := least(p.attested_expires_at, until);
            if p.sources is not null and p.recipient_id <> all (p.sources) then
                p.attested_categories := '{}';
            end if;
            p.stopped := either(p.stopped,
                without(either(before.categories, before.attested_categories), either(p.categories, p.attested_categories)));
            p.stopped_by := case when p.stopped = '{}' then p.stopped_by else coalesce(p.stopped_by, 'revoke') end;
        when 'revoke', 'object' then
            p.stopped := either(p.stopped, either(wanted, either(p.categories, p.attested_categories)));
            p.stopped_by := kind;
            p.categories := '{}';
            p.sources := null;
            p.expires_at := null;
            p.attested_categories := '{}';
            p.attested_expires_at := null;
        when 'refuse' then
            p.stopped := either(p.stopped, without(wanted, either(p.categories, p.attested_categories)));
            p.stopped_by := case when p.stopped = '{}' then p.stopped_by else coalesce(p.stopped_by, 'refuse') end;
        when 'attest' then
            p.attested_categories := wanted;
            p.attested_expires_at := until;
        else
            null;
    end case;
    if p.stopped = '{}' then
        p.stopped_by := null;
    end if;
    return p;
end
$$;

-- Who may record which act: the customer their own, a source an attested one for itself, the platform what time does.
create function may_act(customer uuid, recipient uuid, kind text) returns boolean
language sql stable
return case
    when kind in ('grant', 'narrow', 'extend', 'revoke', 'refuse', 'object') then customer = scope_customer('customer')
    when kind = 'attest' then recipient = scope_organization('source')
    when kind = 'expire' then is_sealed('sequencer')
    else false
end;

-- Refuse what no act may ask, whoever asks.
create function check_act(kind text, wanted text[], wanted_sources uuid[], until timestamptz, at timestamptz, purpose_key text)
returns void
language plpgsql stable
as $$
begin
    if kind in ('grant', 'extend', 'attest', 'narrow', 'refuse') and (cardinality(wanted) = 0 or array_position(wanted, null) is not null) then
        perform refuse('categories-missing', 'categories');
    end if;
    if exists (select from unnest(wanted) w where not exists (select from category c where c.category = w and c.is_grantable)) then
        perform refuse('category-not-grantable', 'categories');
    end if;
    if not exists (select from purpose where purpose.purpose = purpose_key) then
        perform refuse('purpose-unknown', 'purpose');
    end if;
    if kind in ('grant', 'extend', 'attest') and (until is null or until <= at) then
        perform refuse('expiry-missing', 'expires_at');
    end if;
    if until > at + interval '366 days' then
        perform refuse('expiry-too-late', 'expires_at');
    end if;
    if wanted_sources = '{}' then
        perform refuse('sources-empty', 'sources');
    end if;
end
$$;

-- Add one act to its customer's ledger and bring the permission up to date.
-- in   the act; `at` is the door's clock: a little behind the latest act counts as the same moment
-- out  the permission as it now is
create function record_act(customer uuid, act uuid, kind text, recipient uuid, purpose_key text, wanted text[],
    wanted_sources uuid[], until timestamptz, moment timestamptz, actor text, client text, request uuid, proof jsonb)
returns permission
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    latest timestamptz;
    number bigint;
    p permission;
    was permission;
begin
    if not may_act(customer, recipient, kind) then
        perform refuse('not-yours');
    end if;
    update customer c set epoch = c.epoch + 1 where c.customer_id = customer and c.merged_into is null returning c.epoch into number;
    if number is null then
        perform refuse('customer-unknown');
    end if;
    select a.at into latest from act a where a.customer_id = customer order by a.seq desc limit 1;
    if moment < latest - interval '5 seconds' then
        perform refuse('act-too-old', 'at');
    end if;
    moment := greatest(moment, latest);
    perform check_act(kind, wanted, wanted_sources, until, moment, purpose_key);
    select * into p from permission x
    where x.customer_id = customer and x.recipient_id = recipient and x.purpose = purpose_key;
    if p.customer_id is null then
        p := row(customer, recipient, purpose_key, '{}'::text[], null, null, '{}'::text[], null, '{}'::text[], null,
                 act, moment, moment, number)::permission;
    end if;
    was := p;
    perform check_transition(p, kind, wanted, wanted_sources, until, moment);
    p := permission_after(p, kind, wanted, wanted_sources, until);
    p.changed_at := moment;
    p.epoch := number;
    if kind in ('grant', 'extend', 'narrow', 'attest') then
        p.grant_id := act;
        p.since := case when kind in ('grant', 'attest') then moment else p.since end;
    end if;
    insert into act values (customer, number, act, kind, recipient, purpose_key, wanted, wanted_sources, until, moment, actor,
        nullif(client, ''), request, coalesce(proof, '{}'));
    insert into permission values (p.*)
    on conflict (customer_id, recipient_id, purpose) do update set
        (categories, sources, expires_at, attested_categories, attested_expires_at, stopped, stopped_by, grant_id, since, changed_at, epoch)
        = (p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.stopped, p.stopped_by,
           p.grant_id, p.since, p.changed_at, p.epoch);
    if kind <> 'refuse' then
        insert into change (organization_id, customer_id, kind, purpose, at) values (recipient, customer, kind, purpose_key, moment);
    end if;
    return p;
end
$$;

-- Refuse an act that does not follow from where things stand.
create function check_transition(p permission, kind text, wanted text[], wanted_sources uuid[], until timestamptz, at timestamptz)
returns void
language plpgsql stable
as $$
declare
    is_live boolean := coalesce(greatest(p.expires_at, p.attested_expires_at) > at, false);
begin
    if kind in ('narrow', 'extend') and not is_live then
        perform refuse('nothing-granted');
    end if;
    if kind = 'revoke' and p.categories = '{}' and p.attested_categories = '{}' then
        perform refuse('nothing-granted');
    end if;
    if kind = 'narrow' and not wanted <@ either(p.categories, p.attested_categories) then
        perform refuse('not-narrower', 'categories');
    end if;
    if kind = 'narrow' and until > greatest(p.expires_at, p.attested_expires_at) then
        perform refuse('not-narrower', 'expires_at');
    end if;
    if kind = 'extend' and until < p.expires_at then
        perform refuse('not-longer', 'expires_at');
    end if;
    if kind = 'attest' and (p.stopped_by is not null) then
        perform refuse('customer-stopped');
    end if;
end
$$;

-- The reason of a decision on one record, as the law words it; the mirror of consent/decision.py.
create function decision_reason(p permission, source uuid, wanted text, at timestamptz) returns text
language plpgsql stable
as $$
begin
    return case
        when not exists (select from category c where c.category = wanted and c.is_grantable) then 'not-grantable'
        when p.customer_id is null then 'never-granted'
        when coalesce(p.expires_at > at and wanted = any (p.categories) and (p.sources is null or source = any (p.sources)), false)
            then 'granted'
        when coalesce(p.attested_expires_at > at and source = p.recipient_id and wanted = any (p.attested_categories), false)
            then 'attested'
        else 'never-granted'
    end;
end
$$;
