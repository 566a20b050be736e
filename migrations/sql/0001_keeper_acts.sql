-- How acts change permissions. Only these functions can: the act and what it changes are one transaction.
-- They mirror consent/admission.py and consent/permission.py; tests/spec holds both to one table of cases.

-- Refuse with a code of the law: the vault turns it into the Problem of the same name.
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

-- The categories of the customer's own grant that are in force at `at`; of the recipient's own records; of either.
create function granted_at(p permission, at timestamptz) returns text[] language sql immutable parallel safe
return case when p.expires_at > at then p.categories else '{}' end;

create function attested_at(p permission, at timestamptz) returns text[] language sql immutable parallel safe
return case when p.attested_expires_at > at then p.attested_categories else '{}' end;

create function open_at(p permission, at timestamptz) returns text[] language sql immutable parallel safe
return either(granted_at(p, at), attested_at(p, at));

-- The last moment at which a permission given at `at` may end: twelve calendar months in UTC.
create function latest_end(at timestamptz) returns timestamptz language sql immutable parallel safe
return ((at at time zone 'UTC') + interval '12 months') at time zone 'UTC';

-- The graver of two reasons why nothing at all is allowed.
create function graver(a text, b text) returns text language sql immutable parallel safe
return (select x from unnest(array[a, b]) x
        order by array_position(array['refused', 'revoked', 'objected', 'erased'], x) desc nulls last limit 1);

-- Leave nothing; the latest stop tells why, but nothing comes after an erasure.
create function stopped_by(p permission, stop text, at timestamptz) returns permission
language plpgsql immutable
as $$
begin
    p.stopped_categories := either(p.stopped_categories, open_at(p, at));
    p.stopped := case when p.stopped = 'erased' then p.stopped else stop end;
    p.categories := '{}';
    p.sources := null;
    p.expires_at := null;
    p.attested_categories := '{}';
    p.attested_expires_at := null;
    p.chosen_at := at;
    return p;
end
$$;

-- What a narrowing leaves, which may be nothing.
create function narrowed(p permission, wanted text[], wanted_sources uuid[], until timestamptz, at timestamptz) returns permission
language plpgsql immutable
as $$
declare
    before text[] := open_at(p, at);
begin
    p.categories := shared_by(granted_at(p, at), wanted);
    p.sources := case when p.categories <> '{}' then wanted_sources end;
    p.expires_at := case when p.categories <> '{}' then least(p.expires_at, until) end;
    p.attested_categories := case
        when wanted_sources is null or p.recipient_id = any (wanted_sources) then shared_by(attested_at(p, at), wanted)
        else '{}' end;
    p.attested_expires_at := case when p.attested_categories <> '{}' then least(p.attested_expires_at, until) end;
    p.stopped_categories := either(p.stopped_categories, without(before, either(p.categories, p.attested_categories)));
    p.chosen_at := at;
    return p;
end
$$;

-- The permission that `p` becomes by an act of `kind` at `at`.
create function permission_after(p permission, kind text, wanted text[], wanted_sources uuid[], until timestamptz, at timestamptz)
returns permission
language plpgsql immutable
as $$
declare
    standing text[] := open_at(p, at);
begin
    case kind
        when 'grant', 'extend' then
            p.attested_categories := without(p.attested_categories, without(granted_at(p, at), wanted));
            p.stopped_categories := without(either(p.stopped_categories, without(granted_at(p, at), wanted)), wanted);
            p.categories := wanted;
            p.sources := wanted_sources;
            p.expires_at := until;
            p.stopped := null;
            p.chosen_at := at;
        when 'narrow' then
            p := narrowed(p, wanted, wanted_sources, until, at);
        when 'revoke' then
            p := stopped_by(p, 'revoked', at);
        when 'object' then
            p := stopped_by(p, 'objected', at);
        when 'erase' then
            p := stopped_by(p, 'erased', at);
        when 'refuse' then
            if standing = '{}' then
                p := stopped_by(p, 'refused', at);
            end if;
            p.stopped_categories := either(p.stopped_categories, without(wanted, standing));
            p.chosen_at := at;
        when 'attest' then
            p.attested_categories := wanted;
            p.attested_expires_at := until;
        when 'expire' then
            null;
        else
            p := stopped_by(p, 'revoked', at);
    end case;
    return p;
end
$$;

-- Who may record which act: the customer their own, a source an attested one for itself and that it gives back what it was
-- given, the platform what time does.
create function may_act(customer uuid, recipient uuid, kind text) returns boolean
language sql stable
return case
    when kind = 'revoke' then coalesce(customer = scope_customer('customer'), recipient = scope_organization('source'))
    when kind in ('grant', 'narrow', 'extend', 'refuse', 'object') then customer = scope_customer('customer')
    when kind = 'attest' then recipient = scope_organization('source')
    when kind = 'expire' then is_sealed('sequencer')
    else false
end;

-- Refuse what no act may ask, whoever asks.
create function check_act(kind text, wanted text[], wanted_sources uuid[], until timestamptz, at timestamptz, begins timestamptz,
    purpose_key text) returns void
language plpgsql stable
as $$
declare
    longest integer := (select longest_days from purpose where purpose.purpose = purpose_key);
begin
    if kind in ('grant', 'extend', 'attest', 'narrow', 'refuse') and wanted = '{}' then
        perform refuse('no-category', 'categories');
    end if;
    if exists (select from unnest(wanted) w where not exists (select from category c where c.category = w)) then
        perform refuse('category-unknown', 'categories');
    end if;
    if exists (select from unnest(wanted) w join category c on c.category = w and not c.is_grantable) then
        perform refuse('not-grantable', 'categories');
    end if;
    if longest is null then
        perform refuse('purpose-unknown', 'purpose');
    end if;
    if wanted_sources = '{}' then
        perform refuse('no-source', 'sources');
    end if;
    if kind in ('grant', 'extend', 'narrow', 'attest') and (until is null or until <= at) then
        perform refuse('period-empty', 'expires_at');
    end if;
    -- A narrowing gives nothing, so it may keep an end from before the purpose became shorter.
    if until > latest_end(begins) or kind <> 'narrow' and until > begins + make_interval(hours => 24 * longest) then
        perform refuse('period-too-long', 'expires_at');
    end if;
    if begins > at then
        perform refuse('bad-evidence', 'evidence/at');
    end if;
end
$$;

-- Refuse an act that does not follow from where things stand.
create function check_transition(p permission, kind text, wanted text[], wanted_sources uuid[], until timestamptz, at timestamptz,
    begins timestamptz) returns void
language plpgsql stable
as $$
declare
    own text[] := granted_at(p, at);
begin
    if p.stopped = 'erased' and kind in ('grant', 'extend', 'attest') then
        perform refuse('erased');
    end if;
    if kind in ('narrow', 'revoke') and open_at(p, at) = '{}' or kind = 'extend' and own = '{}' then
        perform refuse('nothing-granted');
    end if;
    if kind = 'narrow' then
        if not wanted <@ open_at(p, at) then
            perform refuse('wider-than-granted', 'categories');
        end if;
        if own <> '{}' and p.sources is not null and (wanted_sources is null or not wanted_sources <@ p.sources) then
            perform refuse('wider-than-granted', 'sources');
        end if;
        if until > greatest(case when own <> '{}' then p.expires_at end,
                            case when attested_at(p, at) <> '{}' then p.attested_expires_at end) then
            perform refuse('wider-than-granted', 'expires_at');
        end if;
        if open_at(narrowed(p, wanted, wanted_sources, until, at), at) = '{}' then
            perform refuse('nothing-left', 'categories');
        end if;
    end if;
    if kind = 'extend' then
        if not own <@ wanted then
            perform refuse('narrower-than-granted', 'categories');
        end if;
        if wanted_sources is not null and (p.sources is null or not p.sources <@ wanted_sources) then
            perform refuse('narrower-than-granted', 'sources');
        end if;
        if until < p.expires_at then
            perform refuse('narrower-than-granted', 'expires_at');
        end if;
    end if;
    if kind = 'attest' then
        if p.stopped is not null or wanted && p.stopped_categories then
            perform refuse('stopped-by-customer');
        end if;
        if begins <= p.chosen_at then
            perform refuse('older-than-the-choice', 'evidence/at');
        end if;
    end if;
    if kind = 'expire' and not coalesce(
        (p.categories <> '{}' and p.expires_at <= at and (p.changed_at is null or p.changed_at < p.expires_at))
        or (p.attested_categories <> '{}' and p.attested_expires_at <= at and p.changed_at < p.attested_expires_at), false) then
        perform refuse('nothing-expired', 'at');
    end if;
end
$$;

-- Where a customer stands with a recipient for a purpose; before the first act, nothing.
create function standing_of(customer uuid, recipient uuid, purpose_key text) returns permission
language plpgsql stable
as $$
declare
    p permission;
begin
    select * into p from permission x
    where x.customer_id = customer and x.recipient_id = recipient and x.purpose = purpose_key;
    if p.customer_id is null then
        p.customer_id := customer;
        p.recipient_id := recipient;
        p.purpose := purpose_key;
        p.categories := '{}';
        p.attested_categories := '{}';
        p.stopped_categories := '{}';
    end if;
    return p;
end
$$;

-- Write a permission as an act has made it.
create function keep_permission(p permission) returns void
language plpgsql
as $$
begin
    insert into permission values (p.*)
    on conflict (customer_id, recipient_id, purpose) do update set
        (categories, sources, expires_at, attested_categories, attested_expires_at, stopped_categories, stopped, chosen_at,
         act_id, since, changed_at, epoch)
        = (p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.stopped_categories, p.stopped,
           p.chosen_at, p.act_id, p.since, p.changed_at, p.epoch);
end
$$;

-- Add one act to its customer's ledger and bring the permission up to date.
-- in   the act; `at` is the door's clock: up to five seconds behind the latest act here counts as the same moment
-- out  the permission as it now is
create function record_act(customer uuid, act uuid, kind text, recipient uuid, purpose_key text, wanted text[],
    wanted_sources uuid[], until timestamptz, moment timestamptz, actor text, client text, request uuid, proof jsonb)
returns permission
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    number bigint;
    p permission;
    begins timestamptz;
begin
    if not coalesce(may_act(customer, recipient, kind), false) then
        perform refuse(case when kind = 'attest' then 'not-your-records' else 'refused' end);
    end if;
    update customer c set epoch = c.epoch + 1 where c.customer_id = customer and c.merged_into is null returning c.epoch into number;
    if number is null then
        perform refuse('not-found');
    end if;
    wanted := either(coalesce(wanted, '{}'), '{}');
    p := standing_of(customer, recipient, purpose_key);
    if moment < p.changed_at - interval '5 seconds' then
        perform refuse('act-out-of-order', 'at');
    end if;
    moment := greatest(moment, p.changed_at);
    begins := case when kind = 'attest' then (proof ->> 'at')::timestamptz else moment end;
    perform check_act(kind, wanted, wanted_sources, until, moment, begins, purpose_key);
    perform check_transition(p, kind, wanted, wanted_sources, until, moment, begins);
    p := permission_after(p, kind, wanted, wanted_sources, until, moment);
    p.changed_at := moment;
    p.epoch := number;
    p.since := case when kind in ('grant', 'attest') then moment else coalesce(p.since, moment) end;
    p.act_id := case when kind in ('grant', 'extend', 'narrow', 'attest') then act else coalesce(p.act_id, act) end;
    insert into act values (customer, number, act, kind, recipient, purpose_key, wanted, wanted_sources, until, moment, actor,
        nullif(client, ''), request, coalesce(proof, '{}'));
    perform keep_permission(p);
    if kind <> 'refuse' then
        insert into change (organization_id, customer_id, kind, purpose, at) values (recipient, customer, kind, purpose_key, moment);
    end if;
    return p;
end
$$;

-- Forget a part of `p` that is over where the other side's part still runs: an old end must not end a running one.
create function without_lapsed(p permission, other permission, at timestamptz) returns permission
language plpgsql immutable
as $$
begin
    if granted_at(other, at) <> '{}' and granted_at(p, at) = '{}' then
        p.categories := '{}';
        p.sources := null;
        p.expires_at := null;
    end if;
    if attested_at(other, at) <> '{}' and attested_at(p, at) = '{}' then
        p.attested_categories := '{}';
        p.attested_expires_at := null;
    end if;
    return p;
end
$$;

-- What two customers' permissions for one recipient and purpose become when they turn out to be one person.
create function merged(a permission, b permission, at timestamptz) returns permission
language plpgsql immutable
as $$
declare
    x permission := without_lapsed(a, b, at);
    y permission := without_lapsed(b, a, at);
begin
    a.stopped := graver(x.stopped, y.stopped);
    a.stopped_categories := either(x.stopped_categories, y.stopped_categories);
    a.categories := case when a.stopped is null then without(either(x.categories, y.categories), a.stopped_categories) else '{}' end;
    a.sources := common_sources(x.sources, y.sources);
    a.expires_at := least(x.expires_at, y.expires_at);
    a.attested_categories := case
        when a.stopped is null then without(either(x.attested_categories, y.attested_categories), a.stopped_categories) else '{}' end;
    a.attested_expires_at := least(x.attested_expires_at, y.attested_expires_at);
    a.chosen_at := greatest(x.chosen_at, y.chosen_at);
    a.since := greatest(x.since, y.since);
    a.changed_at := greatest(x.changed_at, y.changed_at);
    return a;
end
$$;

-- What is left of `p` after a split from somebody who stopped things meanwhile: less, never more.
create function split_from(p permission, other permission) returns permission
language plpgsql immutable
as $$
begin
    p.stopped := graver(p.stopped, other.stopped);
    p.stopped_categories := either(p.stopped_categories, other.stopped_categories);
    p.categories := case when p.stopped is null then without(p.categories, p.stopped_categories) else '{}' end;
    p.attested_categories := case when p.stopped is null then without(p.attested_categories, p.stopped_categories) else '{}' end;
    p.chosen_at := greatest(p.chosen_at, other.chosen_at);
    return p;
end
$$;

-- Store a permission that a merge, a split or an erasure led to, with its act and the word to the recipient.
-- `other` is the permission that a merge or a split took into account. Of an erasure `end_permissions` tells.
create function settle_permission(p permission, kind text, moment timestamptz, other permission default null) returns void
language plpgsql
as $$
begin
    update customer c set epoch = c.epoch + 1 where c.customer_id = p.customer_id returning c.epoch into p.epoch;
    p.changed_at := greatest(p.changed_at, moment);
    p.since := coalesce(p.since, moment);
    p.act_id := gen_random_uuid();
    insert into act (customer_id, seq, act_id, kind, recipient_id, purpose, categories, sources, expires_at, at, by, other_id, other)
    values (p.customer_id, p.epoch, p.act_id, kind, p.recipient_id, p.purpose, p.categories, p.sources, p.expires_at,
            p.changed_at, 'platform', (other).customer_id,
            case when (other).customer_id is not null then to_jsonb(other) - 'customer_id' end);
    perform keep_permission(p);
    if kind <> 'erase' then
        insert into change (organization_id, customer_id, kind, purpose, at)
        values (p.recipient_id, p.customer_id, kind, p.purpose, p.changed_at);
    end if;
end
$$;

-- The reason of the decision on a record of `wanted` from `source`: the mirror of consent/decision.py.
create function decision_reason(p permission, recipient uuid, source uuid, wanted text, at timestamptz) returns text
language plpgsql immutable
as $$
declare
    vaguest_first constant text[] := array['never-granted', 'category-not-granted', 'expired', 'source-not-granted'];
    own text;
    attested text;
begin
    if wanted = 'unmapped' then
        return 'not-grantable';
    end if;
    if p.stopped is not null then
        return p.stopped;
    end if;
    if wanted = any (p.stopped_categories) then
        return 'category-stopped';
    end if;
    own := case
        when coalesce(p.categories, '{}') = '{}' then 'never-granted'
        when wanted <> all (p.categories) then 'category-not-granted'
        when wanted <> all (granted_at(p, at)) then 'expired'
        when p.sources is not null and source <> all (p.sources) then 'source-not-granted'
    end;
    attested := case
        when coalesce(p.attested_categories, '{}') = '{}' then 'never-granted'
        when wanted <> all (p.attested_categories) then 'category-not-granted'
        when wanted <> all (attested_at(p, at)) then 'expired'
        when source <> recipient then 'source-not-granted'
    end;
    if own is not null and attested is not null then
        return vaguest_first[greatest(array_position(vaguest_first, own), array_position(vaguest_first, attested))];
    end if;
    return case when own is null then 'granted' else 'attested' end;
end
$$;
