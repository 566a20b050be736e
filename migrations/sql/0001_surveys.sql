-- What an organization asks after a conversation: was it solved, was it smooth, were you listened to, would you recommend us.
-- The question is the organization's; the answers are the customer's own words, sealed with the key of their own subject.

create table survey (
    customer_id     uuid not null,
    survey_id       uuid not null,
    organization_id uuid not null,
    record_id       uuid not null,
    subject_id      uuid not null,
    channel         text,
    speaker         text check (speaker in ('human', 'computer')),
    occurred_at     timestamptz not null,
    asked_at        timestamptz not null,
    closes_at       timestamptz not null,
    answered_at     timestamptz,
    declined_at     timestamptz,
    sealed          bytea,
    primary key (customer_id, survey_id)
);
create unique index survey_record on survey (record_id, customer_id);
create index survey_organization on survey (organization_id, occurred_at);
comment on table survey is 'One conversation of which an organization asked how it was, and what the customer answered.';
comment on column survey.record_id is 'The conversation, as the organization recorded it: it is asked about once.';
comment on column survey.subject_id is 'What it hangs on: whom the organization talked to, and once it is answered the customer''s own subject.';
comment on column survey.occurred_at is 'When the conversation was: figures are of the month in which the customer was served.';
comment on column survey.sealed is 'JSON: {solved, smooth, heard, recommend}, as far as answered.';

-- Whether an answer would be the organization's to count: a live grant that opens the customer's own conversations.
create function may_count(customer uuid, organization uuid, moment timestamptz) returns boolean
language sql stable
return exists (
    select from permission p
    where p.customer_id = customer and p.recipient_id = organization and p.purpose = 'customer-care' and p.stopped is null
      and 'conversations' <> all (p.stopped_categories)
      and opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                customer_source(), 'conversations', moment));

-- Why the organization may not ask about a conversation now; null when it may. The customer rests for thirty days from each
-- organization and for seven from all of them; a conversation is fresh for fourteen.
create function survey_barrier(customer uuid, organization uuid, happened timestamptz, moment timestamptz) returns text
language sql stable
return case
    when not exists (select from customer c where c.customer_id = survey_barrier.customer and c.claimed_at is not null)
        or not may_count(customer, organization, moment) then 'not-granted'
    when happened < moment - interval '14 days' then 'too-late'
    when exists (
        select from survey s
        where s.customer_id = survey_barrier.customer
          and s.asked_at > moment - case s.organization_id when organization then interval '30 days' else interval '7 days' end)
        then 'resting'
end;

-- Ask the customer of a conversation of the organization in scope how it was, once, unless `barrier` or the rules say no.
-- Every question, and every one that was not asked, leaves a line in the customer's log. Fourteen days to answer.
-- out  the survey that stands, or why nothing was asked
create function open_survey(record uuid, id uuid, barrier text, moment timestamptz)
returns table (standing uuid, since timestamptz, until timestamptz, reason text)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    organization uuid := scope_organization('source');
    talk interaction;
    why text := barrier;
begin
    select i.* into talk from interaction i where i.record_id = open_survey.record and i.source_id = organization;
    if talk.record_id is null then
        perform refuse('interaction-unknown');
    end if;
    perform from customer c where c.customer_id = talk.customer_id for no key update; -- two at once take turns
    select s.survey_id, s.asked_at, s.closes_at into standing, since, until
    from survey s where s.customer_id = talk.customer_id and s.record_id = open_survey.record;
    if standing is not null then
        reason := 'asked-before';
        return next;
        return;
    end if;
    why := coalesce(survey_barrier(talk.customer_id, organization, talk.occurred_at, moment), barrier);
    if why is null then
        standing := id;
        since := moment;
        until := moment + interval '14 days';
        insert into survey (customer_id, survey_id, organization_id, record_id, subject_id, channel, speaker, occurred_at, asked_at,
            closes_at)
        values (talk.customer_id, id, organization, talk.record_id, talk.subject_id, talk.channel, talk.speaker, talk.occurred_at,
            since, until);
    end if;
    reason := coalesce(why, 'asked');
    insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released, records,
        outcome, reason, act_id)
    values (talk.customer_id, statement_timestamp(), gen_random_uuid(), organization, app_client(), 'service', 'survey', 'customer-care',
        '{conversations}', '{}', 0, case when why is null then 'released' else 'refused' end, reason,
        (select p.act_id from permission p
         where why is null and p.customer_id = talk.customer_id and p.recipient_id = organization and p.purpose = 'customer-care'));
    return next;
end
$$;

-- Part with the questions and the answers of somebody who leaves.
create function forget_surveys(everyone uuid[]) returns void
language sql
as $$
    delete from survey s where s.customer_id = any (everyone);
$$;
