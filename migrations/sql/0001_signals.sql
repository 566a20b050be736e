-- Signals: what an organization wants to be told of, where, and how far it has been told. `change` is the outbox.

create table signal_stream (
    organization_id uuid not null references organization,
    stream_id       uuid not null,
    kind            text not null check (kind in ('push', 'poll', 'webhook')),
    url             text check ((url is null) = (kind = 'poll')),
    sealed          bytea,
    description     text not null,
    wanted          text[] not null,
    status          text not null default 'enabled' check (status in ('enabled', 'paused', 'disabled')),
    reason          text not null default '',
    transaction     xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
    change_id       bigint not null default 0,
    next_at         timestamptz not null,
    failures        integer not null default 0,
    failing_since   timestamptz,
    failure         text,
    asked_at        timestamptz,
    verified_at     timestamptz,
    created_at      timestamptz not null,
    primary key (organization_id, stream_id)
);
create index signal_stream_due on signal_stream (next_at) where status = 'enabled' and kind <> 'poll';
comment on table signal_stream is 'Where an organization is told of changes: pushed (RFC 8935), polled (RFC 8936) or by webhook.';
comment on column signal_stream.sealed is 'The authorization header, or the secrets of a webhook, sealed with a key that follows from the key ring.';
comment on column signal_stream.transaction is 'With change_id: the last change that has become a signal.';

create table signal (
    organization_id uuid not null,
    stream_id       uuid not null,
    signal_id       uuid not null default gen_random_uuid(),
    customer_id     uuid not null,
    transaction     xid8,
    change_id       bigint,
    event           text not null,
    purpose         text,
    echo            text,
    told            jsonb,
    at              timestamptz not null,
    standing        text not null default 'waiting' check (standing in ('waiting', 'acknowledged', 'dead')),
    queued_at       timestamptz not null,
    next_at         timestamptz not null,
    tries           integer not null default 0,
    first_at        timestamptz,
    failure         text,
    acknowledged_at timestamptz,
    primary key (organization_id, stream_id, signal_id),
    foreign key (organization_id, stream_id) references signal_stream on delete cascade,
    foreign key (organization_id, transaction, change_id) references change on delete cascade
);
create index signal_waiting on signal (organization_id, stream_id, next_at) where standing = 'waiting';
create index signal_order on signal (organization_id, stream_id, customer_id, transaction, change_id) where standing = 'waiting';
create index signal_dead on signal (organization_id, stream_id) where standing = 'dead';
create index signal_change on signal (organization_id, transaction, change_id);
comment on table signal is 'A change on its way to one stream. It goes with its change: after 90 days, or with an erasure.';
comment on column signal.echo is 'What the receiver wants to read again in a verification; such a signal is nobody''s.';
comment on column signal.acknowledged_at is 'When the receiver first said that it has it.';

-- Take the stream that is due longest and has something to tell, so that no other hand takes it meanwhile.
create function take_signal_stream(moment timestamptz, lease timestamptz) returns table (organization_id uuid, stream_id uuid)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    if not is_sealed('operator') then
        return;
    end if;
    return query
        with due as materialized ( -- once: a join that came by again would take the next one, too
            select x.organization_id, x.stream_id from signal_stream x
            where x.status = 'enabled' and x.kind <> 'poll' and x.next_at <= moment
              and (exists (
                      select from signal w
                      where w.organization_id = x.organization_id and w.stream_id = x.stream_id and w.standing = 'waiting'
                        and w.next_at <= moment)
                  or exists (
                      select from change c
                      where c.organization_id = x.organization_id and (c.transaction, c.change_id) > (x.transaction, x.change_id)
                        and c.transaction < pg_snapshot_xmin(pg_current_snapshot())))
            order by x.next_at limit 1
            for update skip locked
        )
        update signal_stream s
        set next_at = lease
        from due
        where s.organization_id = due.organization_id and s.stream_id = due.stream_id
        returning s.organization_id, s.stream_id;
end
$$;

-- Send a dead letter again, or all of an organization, and with it everything later of the same customer, in order and
-- under the same ids: what the receiver knows already it recognises, and what it does last is what was decided last.
-- out  number of signals
create function replay_signals(organization uuid, wanted uuid, moment timestamptz) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    sent integer;
begin
    if not is_sealed('operator') then
        return 0;
    end if;
    update signal s
    set standing = 'waiting', tries = 0, first_at = null, failure = null, queued_at = moment, next_at = moment
    from signal d
    where d.organization_id = organization and d.standing = 'dead' and (wanted is null or d.signal_id = wanted)
      and s.organization_id = d.organization_id and s.stream_id = d.stream_id and s.customer_id = d.customer_id
      and (s.signal_id = d.signal_id or (s.transaction, s.change_id) > (d.transaction, d.change_id));
    get diagnostics sent = row_count;
    return sent;
end
$$;

-- What an organization with a stream was told about the customer in scope, and when it first said that it has it.
create function own_signals(organization uuid) returns table (kind text, purpose text, at timestamptz, acknowledged_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    return query
        select c.kind, c.purpose, c.at, min(s.acknowledged_at)
        from change c
        left join signal s on s.organization_id = c.organization_id and s.transaction = c.transaction and s.change_id = c.change_id
        where c.customer_id = any (own_customers()) and c.organization_id = own_signals.organization
          and exists (
              select from signal_stream x
              where x.organization_id = c.organization_id and x.status <> 'disabled' and c.kind = any (x.wanted)
                and x.created_at <= c.at)
        group by c.transaction, c.change_id, c.kind, c.purpose, c.at
        order by c.at desc
        limit 200;
end
$$;

-- An organization that is closed is told of nothing any more.
create function end_signal_streams() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from signal_stream where organization_id = new.organization_id;
    return null;
end
$$;
create trigger end_signal_streams after update of closed_at on organization
    for each row when (new.closed_at is not null) execute function end_signal_streams();
