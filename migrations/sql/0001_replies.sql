-- What customers say back to an organization, about a message or a conversation: an answer, or that they want a human, which the
-- organization may write down for them. The words are sealed with the key of a subject of theirs; who they are said to reads
-- them, and every reading is logged. That it was said stands in the consent log.

create table reply (
    customer_id     uuid not null,
    reply_id        uuid not null,
    organization_id uuid not null,
    entry_id        uuid not null,
    by              text not null check (by in ('customer', 'organization')),
    wants_human     boolean not null,
    at              timestamptz not null,
    due_at          timestamptz not null,
    taken_at        timestamptz,
    done_at         timestamptz,
    subject_id      uuid not null,
    sealed          bytea not null,
    primary key (customer_id, reply_id),
    check (by = 'customer' or wants_human)
);
create index reply_organization on reply (organization_id, at, reply_id);
comment on table reply is 'What a customer said back to an organization, and by when a human answers.';
comment on column reply.entry_id is 'The message, or the conversation, that it is about.';
comment on column reply.by is 'Who wrote it down: the customer, or the organization to which they said that they want a human.';
comment on column reply.sealed is 'JSON: {text, before}; before is what was said earlier, so that nobody has to repeat it.';

-- Keep a reply, tell its organization that there is one, and the consent log that it was said.
create function keep_reply(r reply) returns void
language sql
as $$
    insert into reply select r.*;
    insert into change (organization_id, customer_id, kind, at) values (r.organization_id, r.customer_id, 'reply', r.at);
    select log_statement('reply', r.customer_id, r.reply_id, r.organization_id, sha256(r.sealed), r.at);
$$;

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
    perform keep_reply(row(me, reply, recipient, entry, 'customer', human, moment, due, null, null, subject, words));
    return recipient;
end
$$;

-- The subject on which a conversation of the organization in scope hangs, with the key that seals what is said of it.
create function conversation_key(conversation uuid) returns table (subject_id uuid, wrapped bytea)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select i.subject_id, k.wrapped
    from interaction i join data_key k on k.customer_id = i.customer_id and k.subject_id = i.subject_id
    where i.record_id = conversation and i.source_id = scope_organization('source') and i.category = 'conversations'
$$;

-- Write down that the customer of a conversation of the organization in scope wants a human. Of one conversation somebody waits
-- once: while they do, it stays what it was.
-- out  the reply that stands, from when, and by when a human answers
create function hand_over(handed uuid, conversation uuid, due timestamptz, subject uuid, words bytea, moment timestamptz)
returns table (standing uuid, since timestamptz, until timestamptz)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('source');
    talk interaction;
begin
    perform from subject s where s.subject_id = subject for no key update; -- two at once take turns, and nobody is merged meanwhile
    select i.* into talk from interaction i
    where i.record_id = conversation and i.subject_id = subject and i.source_id = organization and i.category = 'conversations';
    if talk.record_id is null then
        perform refuse('interaction-unknown');
    end if;
    select r.reply_id, r.at, r.due_at into standing, since, until
    from reply r
    where r.customer_id = talk.customer_id and r.organization_id = organization and r.entry_id = conversation and r.wants_human
      and r.done_at is null
    order by r.at limit 1;
    if standing is null then
        standing := handed;
        since := moment;
        until := due;
        perform keep_reply(row(talk.customer_id, handed, organization, conversation, 'organization', true, moment, due, null, null,
            subject, words));
    end if;
    return next;
end
$$;

-- What customers said to the organization in scope and nobody closed yet, the oldest first, behind (after, after_reply), each with the
-- key that opens it; every one leaves a line in its customer's log, which cites that it was said. With who wants a human comes what was said before: what they said
-- back to this organization, and its own conversations with them while a permission for customer care opens those.
-- out  before: of each who spoke when and how, as JSON; side by side with what is sealed, and the keys
create function read_replies(after timestamptz, after_reply uuid, most integer)
returns table (customer_id uuid, reply_id uuid, entry_id uuid, by text, wants_human boolean, at timestamptz, due_at timestamptz,
    taken_at timestamptz, subject_id uuid, sealed bytea, wrapped bytea, before jsonb, before_sealed bytea[], before_keys bytea[])
language sql security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with found as materialized (
        select r.*, k.wrapped, o.how as opened_how, o.act_id as opened_by
        from reply r
        join data_key k on k.customer_id = r.customer_id and k.subject_id = r.subject_id
        left join lateral (
            select d.how, p.act_id
            from permission p
            cross join lateral decision_reason(p, r.organization_id, r.organization_id, 'conversations', statement_timestamp()) as d (how)
            where r.wants_human and p.customer_id = r.customer_id and p.recipient_id = r.organization_id
              and p.purpose = 'customer-care' and d.how in ('granted', 'attested')
        ) o on true
        where r.organization_id = scope_organization('source') and r.done_at is null and (r.at, r.reply_id) > (after, after_reply)
        order by r.at, r.reply_id
        limit most
    ), said as materialized (
        select f.reply_id, s.*, k.wrapped
        from found f
        cross join lateral (
            (select 'interaction' as what, i.record_id as id, i.occurred_at as at, i.type, i.speaker, i.direction, i.subject_id, i.sealed
             from interaction i
             where f.opened_by is not null and i.customer_id = f.customer_id and i.source_id = f.organization_id
               and i.category = 'conversations' and i.occurred_at > f.at - interval '90 days' and i.occurred_at <= f.at
             order by i.occurred_at desc, i.record_id
             limit 10)
            union all
            (select 'reply', x.reply_id, x.at, case x.by when 'customer' then 'reply' else 'handover' end, null, 'inbound', x.subject_id,
                    x.sealed
             from reply x
             where f.wants_human and x.customer_id = f.customer_id and x.organization_id = f.organization_id
               and x.at > f.at - interval '90 days' and (x.at, x.reply_id) < (f.at, f.reply_id)
             order by x.at desc, x.reply_id
             limit 10)
        ) s
        join data_key k on k.customer_id = f.customer_id and k.subject_id = s.subject_id
    ), noted as (
        insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released, records,
            outcome, reason, act_id)
        select f.customer_id, statement_timestamp(), gen_random_uuid(), f.organization_id, app_client(), 'service', 'reply',
            'customer-care', '{conversations}'::text[], '{conversations}'::text[],
            count(*) + (select count(*) from said s where s.what = 'reply' and s.reply_id = any (array_agg(f.reply_id))), 'released',
            'addressed', (array_agg(f.reply_id order by f.at, f.reply_id))[1]
        from found f group by f.customer_id, f.organization_id
        union all
        select f.customer_id, statement_timestamp(), gen_random_uuid(), f.organization_id, app_client(), 'service', 'reply',
            'customer-care', '{conversations}'::text[], '{conversations}'::text[], count(*), 'released', f.opened_how, f.opened_by
        from found f join said s on s.what = 'interaction' and s.reply_id = f.reply_id
        group by f.customer_id, f.organization_id, f.opened_how, f.opened_by
    )
    select f.customer_id, f.reply_id, f.entry_id, f.by, f.wants_human, f.at, f.due_at, f.taken_at, f.subject_id, f.sealed, f.wrapped,
        s.told, s.sealed, s.keys
    from found f
    left join (
        select s.reply_id,
            jsonb_agg(jsonb_build_object('what', s.what, 'id', s.id, 'at', s.at, 'type', s.type, 'speaker', s.speaker, 'direction',
                s.direction, 'subject_id', s.subject_id) order by s.at, s.id) as told,
            array_agg(s.sealed order by s.at, s.id) as sealed, array_agg(s.wrapped order by s.at, s.id) as keys
        from said s group by s.reply_id) s using (reply_id)
    order by f.at, f.reply_id
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
