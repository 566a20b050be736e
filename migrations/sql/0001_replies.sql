-- What customers say back to an organization, about a message or a conversation: an answer, or that they want a human. The
-- words are theirs, sealed with the key of their own subject; who they are said to reads them, and every reading is logged.

create table reply (
    customer_id     uuid not null,
    reply_id        uuid not null,
    organization_id uuid not null,
    entry_id        uuid not null,
    wants_human     boolean not null,
    at              timestamptz not null,
    due_at          timestamptz not null,
    taken_at        timestamptz,
    done_at         timestamptz,
    subject_id      uuid not null,
    sealed          bytea not null,
    primary key (customer_id, reply_id)
);
create index reply_organization on reply (organization_id, at, reply_id);
comment on table reply is 'What a customer said back to an organization, and by when a human answers.';
comment on column reply.entry_id is 'The message, or the conversation, that it is about.';
comment on column reply.sealed is 'JSON: {text, before}; before is what was said earlier, so that nobody has to repeat it.';

-- Say something back, as the customer in scope, to who sent a message or had a conversation; the organization gets a signal.
create function send_reply(reply uuid, entry uuid, human boolean, due timestamptz, subject uuid, words bytea, most integer,
    moment timestamptz)
returns uuid
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    me uuid := scope_customer('customer');
    recipient uuid;
begin
    if me is null then
        perform refuse('refused');
    end if;
    perform from customer c where c.customer_id = me for no key update; -- they take turns
    if (select count(*) from reply r where r.customer_id = me and r.at > moment - interval '1 day') >= most then
        perform refuse('too-many-replies');
    end if;
    select o.organization_id into recipient
    from (select m.organization_id from message m where m.customer_id = any (own_customers()) and m.message_id = entry
          union all
          select i.source_id from interaction i where i.customer_id = me and i.record_id = entry) as said (organization_id)
    join organization o on o.organization_id = said.organization_id and o.closed_at is null and o.organization_id <> customer_source();
    if recipient is null then
        perform refuse('not-found');
    end if;
    insert into reply (customer_id, reply_id, organization_id, entry_id, wants_human, at, due_at, subject_id, sealed)
    values (me, reply, recipient, entry, human, moment, due, subject, words);
    insert into change (organization_id, customer_id, kind, at) values (recipient, me, 'reply', moment);
    return recipient;
end
$$;

-- What customers said to the organization in scope and nobody closed yet, the oldest first, behind (after, after_reply), each with the
-- key that opens it; every one leaves a line in its customer's log.
create function read_replies(after timestamptz, after_reply uuid, most integer)
returns table (customer_id uuid, reply_id uuid, entry_id uuid, wants_human boolean, at timestamptz, due_at timestamptz,
    taken_at timestamptz, subject_id uuid, sealed bytea, wrapped bytea)
language sql security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with found as materialized (
        select r.*, k.wrapped
        from reply r join data_key k on k.customer_id = r.customer_id and k.subject_id = r.subject_id
        where r.organization_id = scope_organization('source') and r.done_at is null and (r.at, r.reply_id) > (after, after_reply)
        order by r.at, r.reply_id
        limit most
    ), noted as (
        insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released, records,
            outcome, reason)
        select f.customer_id, statement_timestamp(), gen_random_uuid(), f.organization_id, app_client(), 'service', 'reply',
            'customer-care', '{conversations}', '{conversations}', count(*), 'released', 'addressed'
        from found f group by f.customer_id, f.organization_id
    )
    select f.customer_id, f.reply_id, f.entry_id, f.wants_human, f.at, f.due_at, f.taken_at, f.subject_id, f.sealed, f.wrapped
    from found f order by f.at, f.reply_id
$$;

-- Say, as the organization in scope, that a human has taken this up, or has answered.
-- out  whether there is such a reply
create function settle_reply(settled uuid, is_done boolean, moment timestamptz) returns boolean
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    update reply r set taken_at = coalesce(r.taken_at, moment), done_at = case when is_done then coalesce(r.done_at, moment) else r.done_at end
    where r.reply_id = settled and r.organization_id = scope_organization('source');
    return found;
end
$$;

-- Part with what somebody said, when they leave.
create function forget_replies(everyone uuid[]) returns void
language sql
as $$
    delete from reply r where r.customer_id = any (everyone);
$$;
