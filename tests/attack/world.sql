-- Two organizations, three customers (and the shell of one who was merged), and at least one row in every table.
-- An id is the md5 of its name, so that a test can name every row. Run by the superuser, whom no wall stops.
create function pg_temp.id(name text) returns uuid language sql return md5(name)::uuid;
create function pg_temp.blind(name text) returns bytea language sql return decode(md5(name), 'hex');

insert into organization (organization_id, slug, name, details)
select pg_temp.id(o), o, o, '{"scopes": ["tracking_api:write"]}' from unnest(array['huis', 'winkel']) o;
insert into client (client_id, organization_id, name, secret_hash, scopes) values
    ('huis-client', pg_temp.id('huis'), 'huis', 'secret', '{}'),
    ('winkel-client', pg_temp.id('winkel'), 'winkel', 'secret', '{}'),
    ('auditor', null, 'auditor', 'secret', '{}');
insert into client (client_id, organization_id, name, secret_hash, scopes, revoked_at)
select o || '-ended', pg_temp.id(o), o, 'secret', '{}', now() from unnest(array['huis', 'winkel']) o;
insert into access_token (token_hash, client_id, scopes, issued_at, expires_at)
select pg_temp.blind(c), c, '{}', now(), now() + interval '1 hour' from unnest(array['huis-client', 'winkel-client']) c;
insert into access_token (token_hash, client_id, scopes, issued_at, expires_at, revoked_at)
select pg_temp.blind('ended ' || c), c, '{}', now(), now() + interval '1 hour', now() from unnest(array['huis-client', 'winkel-client']) c;
insert into write_key (key_hash, organization_id, name, revoked_at)
select pg_temp.blind(e || o), pg_temp.id(o), o, case when e <> '' then now() end
from unnest(array['huis', 'winkel']) o, unnest(array['', 'ended ']) e;
insert into attribute (organization_id, attribute, category)
select pg_temp.id(o), 'own', 'personal' from unnest(array['huis', 'winkel']) o;
insert into record_type (organization_id, kind, type, category)
select pg_temp.id(o), 'product', 'own', 'products' from unnest(array['huis', 'winkel']) o;

insert into customer (customer_id, created_at, claimed_at, merged_into, epoch) values
    (pg_temp.id('anna'), now(), now(), null, 9),
    (pg_temp.id('bram'), now(), now(), null, 9),
    (pg_temp.id('cato'), now(), null, null, 0),
    (pg_temp.id('dirk'), now(), null, null, 0),
    (pg_temp.id('eva'), now(), null, null, 0),
    (pg_temp.id('old anna'), now(), null, pg_temp.id('anna'), 1);

create temp table who as
select c || ' at ' || s as name, pg_temp.id(c) as customer_id, pg_temp.id(c || ' at ' || s) as subject_id,
       case s when 'customer' then customer_source() else pg_temp.id(s) end as source_id
from unnest(array['anna', 'bram', 'cato']) c, unnest(array['huis', 'winkel', 'customer']) s
where not (c = 'cato' and s = 'customer');
insert into subject (customer_id, subject_id, source_id, origin_id, created_at)
values (pg_temp.id('dirk'), pg_temp.id('dirk at winkel'), pg_temp.id('winkel'), pg_temp.id('dirk'), now()),
       (pg_temp.id('eva'), pg_temp.id('eva at huis'), pg_temp.id('huis'), pg_temp.id('eva'), now() - interval '2 days');
insert into identifier (customer_id, subject_id, source_id, category, type, blind, is_verified, since)
values (pg_temp.id('eva'), pg_temp.id('eva at huis'), pg_temp.id('huis'), 'contact', 'email', pg_temp.blind('anna at customer'), false, now() - interval '2 days'),
       (pg_temp.id('eva'), pg_temp.id('eva at huis'), pg_temp.id('huis'), 'contact', 'phone', pg_temp.blind('number of eva'), true, now());
insert into data_key (customer_id, subject_id, wrapped, generation, created_at)
values (pg_temp.id('eva'), pg_temp.id('eva at huis'), 'wrapped', 1, now());
insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, origin, standing, occurred_at, received_at,
    digest, sealed)
values (pg_temp.id('eva'), pg_temp.id('address of eva'), pg_temp.id('eva at huis'), pg_temp.id('huis'), 'attributes', 'contact', 'email',
        'given', 'stated', now(), now(), 'digest', 'sealed');
insert into reference (source_id, type, blind, customer_id, subject_id, sealed)
values (pg_temp.id('winkel'), 'anonymous_id', pg_temp.blind('device'), pg_temp.id('dirk'), pg_temp.id('dirk at winkel'), '');

insert into subject (customer_id, subject_id, source_id, origin_id, created_at)
select customer_id, subject_id, source_id, customer_id, now() from who;
insert into data_key (customer_id, subject_id, wrapped, generation, created_at)
select customer_id, subject_id, 'wrapped', 1, now() from who;
insert into reference (source_id, type, blind, customer_id, subject_id, sealed)
select source_id, case when source_id = customer_source() then 'customer' else 'user_id' end, pg_temp.blind(name),
       customer_id, subject_id, 'sealed' from who;
insert into identifier (customer_id, subject_id, source_id, category, type, blind, is_verified, since)
select customer_id, subject_id, source_id, 'contact', 'email', pg_temp.blind(name), true, now() from who
union all
select customer_id, subject_id, source_id, 'financial', 'customer_number', pg_temp.blind(name), true, now() from who;
insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, origin, standing, occurred_at,
    received_at, superseded_at, digest, sealed, queryable)
select customer_id, pg_temp.id(name || c), subject_id, source_id, 'attributes', c, c, 'given', 'stated', now(), now(),
       case when name || c = 'anna at customerunmapped' then now() end, 'digest', 'sealed', '{}'
from who, unnest(array['contact', 'products', 'financial', 'unmapped']) c;
insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, origin, standing, occurred_at, received_at,
    superseded_at, digest, sealed)
select customer_id, pg_temp.id(name || kind || past), subject_id, source_id, kind, 'contact', 'last_name', 'given', 'stated', now(), now(),
       case when past then now() end, 'digest', 'sealed'
from who, (values ('attributes', false), ('attributes', true), ('product', false)) as k (kind, past) where name in ('anna at winkel', 'bram at huis');
insert into likeness (customer_id, subject_id, source_id, keys, sealed, at)
select customer_id, subject_id, source_id, '{4053}', 'sealed', now() from who where name in ('anna at winkel', 'bram at huis');
insert into match_key (key, subject_id)
select 4053, subject_id from who where name in ('anna at winkel', 'bram at huis');
insert into match_due (subject_id, source_id, at)
select subject_id, source_id, now() from who where name in ('anna at winkel', 'bram at huis');
insert into interaction (customer_id, record_id, subject_id, source_id, category, type, occurred_at, received_at, sealed)
select customer_id, pg_temp.id('talk' || name || c), subject_id, source_id, c, 'talk', now(), now(), 'sealed'
from who, unnest(array['contact', 'financial']) c;
insert into interaction (customer_id, record_id, subject_id, source_id, category, type, occurred_at, received_at, sealed)
select customer_id, pg_temp.id('talk' || name || p), subject_id, source_id, 'contact', 'talk', now() + p, now(), 'sealed'
from who, unnest(array['1 year', '-1 year', '-9 years']::interval[]) p where name = 'cato at huis';
insert into interaction (customer_id, record_id, subject_id, source_id, category, type, occurred_at, received_at, sealed)
select customer_id, pg_temp.id('talk' || name || 'conversations'), subject_id, source_id, 'conversations', 'chat', now(), now(), 'sealed'
from who where name = 'anna at winkel';
insert into evidence (customer_id, evidence_id, subject_id, source_id, received_at, sealed)
select customer_id, pg_temp.id('evidence' || name), subject_id, source_id, now(), 'sealed' from who;
insert into link (customer_id, link_id, merge_id, subject_id, from_id, kind, reason, at)
select pg_temp.id(c), pg_temp.id('link' || c), pg_temp.id('merge' || c), pg_temp.id(c || ' at huis'), pg_temp.id('old ' || c),
       'link', 'verified-identifier', now()
from unnest(array['anna', 'bram']) c;
insert into bond (bond_id, subject_id, other_id, why, tier, reaches, at)
select pg_temp.id('bond' || c || s), least(pg_temp.id(c || ' at ' || s), pg_temp.id(c || ' at customer')),
       greatest(pg_temp.id(c || ' at ' || s), pg_temp.id(c || ' at customer')), 'proven-identifier', 'verified', true, now()
from unnest(array['anna', 'bram']) c, unnest(array['huis', 'winkel']) s;
insert into bond (bond_id, subject_id, other_id, why, tier, weight, at, held_why, held_at)
select pg_temp.id('bond held'), least(pg_temp.id('cato at huis'), pg_temp.id('dirk at winkel')),
       greatest(pg_temp.id('cato at huis'), pg_temp.id('dirk at winkel')), 'match', 'strong', 12, now(), 'too-many-merges', now();
insert into separation (subject_id, other_id, by, at)
values (least(pg_temp.id('eva at huis'), pg_temp.id('dirk at winkel')), greatest(pg_temp.id('eva at huis'), pg_temp.id('dirk at winkel')),
        'operator', now());
insert into merge_count (hour, kind, source_id, shard, merges)
values (date_trunc('hour', now()), 'strong-merges', pg_temp.id('huis'), 0, 1);
insert into cannot_link (customer_id, subject_id, at)
select pg_temp.id(c), pg_temp.id(c || ' at elsewhere'), now() from unnest(array['anna', 'bram']) c;

insert into permission (customer_id, recipient_id, purpose, categories, sources, expires_at, attested_categories,
    attested_expires_at, stopped_categories, stopped, act_id, since, changed_at, epoch)
select pg_temp.id(customer), pg_temp.id(recipient), purpose, categories, 
       case when sources is not null then array(select pg_temp.id(s) from unnest(sources) s) end,
       now() + ends, attested, now() + attested_ends, '{}', stopped, pg_temp.id(customer || recipient || purpose),
       now() - interval '100 days', now() - interval '1 day', 1
from (values
    ('anna', 'winkel', 'customer-care', '{address,contact,conversations,personal,products}'::text[], null::text[], '1 day'::interval, '{}'::text[], null::interval, null),
    ('anna', 'winkel', 'advice', '{contact}', '{huis}', '1 day', '{}', null, null),
    ('anna', 'winkel', 'personalisation', '{products}', null, '1 day', '{}', null, null),
    ('anna', 'winkel', 'research', '{contact,products}', null, '-1 second', '{}', null, null),
    ('anna', 'winkel', 'direct-marketing', '{}', null, null, '{}', null, 'revoked'),
    ('anna', 'huis', 'customer-care', '{}', null, null, '{contact}', '1 day', null),
    ('anna', 'huis', 'advice', '{}', null, null, '{contact}', '-1 second', null),
    ('bram', 'huis', 'customer-care', '{contact}', null, '1 day', '{}', null, null),
    ('bram', 'winkel', 'customer-care', '{}', null, null, '{}', null, 'revoked')
) as p (customer, recipient, purpose, categories, sources, ends, attested, attested_ends, stopped);
insert into act (customer_id, seq, act_id, kind, recipient_id, purpose, categories, at, by)
select pg_temp.id(c), 1, pg_temp.id('act' || c || o), 'grant', pg_temp.id(o), 'customer-care', '{contact}', now(), 'customer'
from (values ('anna', 'winkel'), ('bram', 'huis'), ('old anna', 'winkel')) as a (c, o);
insert into access_request (customer_id, request_id, organization_id, purpose, categories, days, notice, asked_at, due_at)
select pg_temp.id(c), pg_temp.id('request' || c || o), pg_temp.id(o), 'advice', '{contact}', 30, '{}', now() - interval '1 hour', now() + interval '1 day'
from (values ('anna', 'winkel'), ('anna', 'huis'), ('bram', 'huis')) as a (c, o);
insert into access_request (customer_id, request_id, organization_id, purpose, categories, days, notice, state, asked_at, due_at, answered_at)
values ('00000000-0000-0000-0000-000000000000', pg_temp.id('request about nobody'), pg_temp.id('winkel'), 'advice', '{contact}', 30, '{}', 'pending', now(), now() + interval '1 day', null),
    (pg_temp.id('anna'), pg_temp.id('answered request'), pg_temp.id('winkel'), 'research', '{contact}', 30, '{}', 'approved', now(), now() + interval '1 day', now());
insert into act (customer_id, seq, act_id, kind, recipient_id, purpose, categories, at, by, request_id)
values (pg_temp.id('anna'), 2, pg_temp.id('act of a request'), 'grant', pg_temp.id('winkel'), 'research', '{contact}', now(), 'customer', pg_temp.id('answered request'));
insert into access (customer_id, at, access_id, organization_id, principal, path, asked, released, records, outcome, reason)
select case c when 'nobody' then '00000000-0000-0000-0000-000000000000' else pg_temp.id(c) end, now() + p,
       pg_temp.id('access' || c || o || p), pg_temp.id(o), 'service', 'profile', '{}', '{}', 0, 'refused', 'never-granted'
from (values ('anna', 'winkel'), ('bram', 'huis'), ('old anna', 'winkel'), ('nobody', 'winkel')) as a (c, o),
     unnest(array['0', '1 month', '9 years']::interval[]) p;
insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, asked, released, records, outcome, reason)
select '00000000-0000-0000-0000-000000000000', now() + p, pg_temp.id('looked' || c || coalesce(o, '') || p), pg_temp.id(o), c, 'auditor',
       case p when '0' then 'now' else 'not now' end, '{}', '{}', 0, 'released', 'audit'
from (values ('auditor', null), ('auditor-winkel', null), ('auditor-winkel', 'winkel'), ('auditor-winkel', 'huis')) as a (c, o),
     unnest(array['0', '-2 minutes', '1 second']::interval[]) p;
-- Each is what one of the askers could honestly write, or differs from that in one thing.
insert into access (customer_id, at, access_id, organization_id, client_id, principal, path, purpose, asked, released, records,
    outcome, reason)
select case c when 'nobody' then '00000000-0000-0000-0000-000000000000' else pg_temp.id(c) end, now() + p,
       pg_temp.id('noted' || row(a, p)::text), pg_temp.id(o), client, principal, case p when '0' then 'now' else 'not now' end,
       purpose, '{}', '{}', 0, 'refused', 'never-granted'
from (values
    ('anna', 'winkel', 'reader-winkel-anna-customer-care', 'service', 'customer-care'),
    ('nobody', 'winkel', 'reader-winkel-anna-customer-care', 'service', 'customer-care'),
    ('anna', 'winkel', 'reader-winkel-anna-customer-care', 'customer', 'customer-care'),
    ('anna', 'winkel', 'reader-winkel-anna-customer-care', 'service', 'advice'),
    ('anna', 'winkel', 'reader-winkel-anna-customer-care', 'service', null),
    ('anna', 'huis', 'reader-winkel-anna-customer-care', 'service', 'customer-care'),
    ('bram', 'winkel', 'reader-winkel-anna-customer-care', 'service', 'customer-care'),
    ('anna', 'winkel', 'exporter-winkel-customer-care', 'service', 'customer-care'),
    ('bram', 'winkel', 'exporter-winkel-customer-care', 'service', 'customer-care'),
    ('anna', 'winkel', 'exporter-winkel-customer-care', 'auditor', 'customer-care'),
    ('anna', 'winkel', 'exporter-winkel-customer-care', 'service', 'advice'),
    ('anna', 'huis', 'exporter-winkel-customer-care', 'service', 'customer-care'),
    ('anna', null, 'customer-anna', 'customer', null),
    ('anna', null, 'customer bram', 'customer', null),
    ('anna', null, 'customer-anna', 'service', null),
    ('anna', 'winkel', 'customer-anna', 'customer', null),
    ('anna', null, 'customer-anna', 'customer', 'customer-care'),
    ('bram', null, 'customer-anna', 'customer', null)
) as a (c, o, client, principal, purpose), unnest(array['0', '-2 minutes', '1 second']::interval[]) p;
insert into change (organization_id, customer_id, kind, purpose, at)
select pg_temp.id(o), pg_temp.id(c), 'grant', 'customer-care', now()
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);

insert into signal_stream (organization_id, stream_id, kind, url, description, wanted, next_at, created_at)
select pg_temp.id(o), pg_temp.id('stream' || o), 'webhook', 'https://hook.example.org/', '', '{grant}', now(), '-infinity'
from unnest(array['huis', 'winkel']) o;
insert into signal (organization_id, stream_id, signal_id, customer_id, transaction, change_id, event, purpose, at, standing, queued_at, next_at)
select c.organization_id, s.stream_id, s.stream_id, c.customer_id, c.transaction, c.change_id, c.kind, c.purpose, c.at,
       case when c.organization_id = pg_temp.id('huis') then 'dead' else 'waiting' end, now(), now()
from change c join signal_stream s using (organization_id);

insert into session (session_hash, customer_id, session_id, way, started_at, idle, expires_at, ends_at, proven_at)
select pg_temp.blind(c), pg_temp.id(c), pg_temp.id('session' || c), 'e-mail', now(), '1 hour', now() + interval '1 hour',
       now() + interval '1 hour', now()
from unnest(array['anna', 'bram']) c;
insert into passkey (credential_id, customer_id, passkey_id, subject_id, public_key, sign_count, is_synced, sealed, made_at)
select pg_temp.blind(c), pg_temp.id(c), pg_temp.id('passkey' || c), pg_temp.id(c || ' at customer'), 'key', 0, false, 'sealed', now()
from unnest(array['anna', 'bram']) c;
insert into external_login (subject_hash, customer_id, external_id, made_at)
select pg_temp.blind(c), pg_temp.id(c), pg_temp.id('external' || c), now() from unnest(array['anna', 'bram']) c;
insert into ceremony (challenge_hash, kind, holder, asker_blind, asked_at, expires_at)
values (pg_temp.blind('challenge'), 'login', pg_temp.blind('browser'), pg_temp.blind('asker'), now(), now() + interval '1 hour');
insert into proof_code (customer_id, code_id, kind, session_id, type, blind, sealed, subject_id, code_hash, sent_at, expires_at)
select pg_temp.id(c), pg_temp.id('code' || c), 'step-up', pg_temp.id('session' || c), 'email', pg_temp.blind(c), 'sealed',
       pg_temp.id(c || ' at customer'), 'hash', now(), now() + interval '1 hour'
from unnest(array['anna', 'bram']) c;
insert into question_code (customer_id, code_id, subject_id, code_hash, sent_at, expires_at)
select pg_temp.id(c), pg_temp.id('question code' || c), pg_temp.id(c || ' at elsewhere'), sha256(c::bytea), now(), now() + interval '1 hour'
from unnest(array['anna', 'bram']) c;
insert into question_try (customer_id, try_id, subject_id, at)
select pg_temp.id(c), pg_temp.id('try' || c), pg_temp.id(c || ' at elsewhere'), now() from unnest(array['anna', 'bram']) c;
insert into confirmation (code_hash, organization_id, subject_id, made_at, expires_at)
select sha256(o::bytea), pg_temp.id(o), pg_temp.id('eva at ' || o), now(), now() + interval '1 hour' from unnest(array['huis', 'winkel']) o;
insert into presentation (code_hash, customer_id, made_at, expires_at)
select sha256(c::bytea), pg_temp.id(c), now(), now() + interval '1 hour' from unnest(array['anna', 'bram']) c;
insert into presentation_miss (organization_id, since, expires_at, misses)
select pg_temp.id(o), now(), now() + interval '1 hour', 1 from unnest(array['huis', 'winkel']) o;
insert into question (customer_id, subject_id, asked_at, answer)
select pg_temp.id(c), pg_temp.id(c || ' at elsewhere'), now(), 'no' from unnest(array['anna', 'bram']) c;
insert into demand (customer_id, demand_id, organization_id, kind, record_id, category, type, asked_at, due_at, subject_id, words)
select pg_temp.id(c), pg_temp.id('demand' || c), pg_temp.id(o), 'dispute', pg_temp.id(c || ' at ' || o || 'contact'), 'contact', 'contact',
       now(), now() + interval '1 month', pg_temp.id(c || ' at customer'), 'sealed'
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into survey (customer_id, survey_id, organization_id, record_id, subject_id, occurred_at, asked_at, closes_at, answered_at, sealed)
select pg_temp.id(c), pg_temp.id('survey' || c || o || is_answered), pg_temp.id(o), pg_temp.id('talk' || c || ' at ' || o || is_answered),
       pg_temp.id(c || ' at customer'), now(), now(), now() + interval '14 days', case when is_answered then now() end,
       case when is_answered then 'sealed'::bytea end
from (values ('anna', 'winkel'), ('anna', 'huis'), ('bram', 'huis'), ('bram', 'winkel')) as a (c, o), unnest(array[true, false]) is_answered;
insert into alert (customer_id, organization_id, rhythm, told_until)
select pg_temp.id(c), pg_temp.id(o), 'daily', now() from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into reminder (customer_id, recipient_id, purpose, kept_at)
select pg_temp.id(c), pg_temp.id(o), 'advice', now() from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into receipt_letter (customer_id, told_until)
select pg_temp.id(c), '-infinity' from unnest(array['anna', 'bram']) c;
insert into topic (topic, organization_id, details)
select o || '-nieuws', pg_temp.id(o), '{"name": {"nl": "Nieuws", "en": "News"}, "explanation": {"nl": "Nieuws.", "en": "News."}, "purpose": "direct-marketing", "under": "news"}'
from unnest(array['huis', 'winkel']) o;
insert into channel (channel, organization_id, details)
select o || '-bord', pg_temp.id(o), '{"name": {"nl": "Bord", "en": "Board"}}' from unnest(array['huis', 'winkel']) o;
insert into offer_kind (offer_kind, place, details) values ('energy', 1, '{"name": {"nl": "Energie", "en": "Energy"}}') on conflict do nothing;
insert into offer (organization_id, offer_id, kind, purpose, words, expression, has_legal_effect, valid_from, valid_until, registered_at)
select pg_temp.id(o), pg_temp.id('offer' || o), 'energy', 'personalisation', '{"nl": "Stroom"}', 'true', false, now(), 'infinity', now()
from unnest(array['huis', 'winkel']) o;
insert into offer_shown (customer_id, organization_id, offer_id, uses, first_at, last_at)
select pg_temp.id(c), pg_temp.id(o), pg_temp.id('offer' || o), '{products}', now(), now()
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into rule (organization_id, rule_id, name, purpose, records, expression, topic, channels, sender, client_id, registered_at)
select pg_temp.id(o), pg_temp.id('rule' || o), 'zero', 'customer-care', '{interaction/call}', 'true', 'service', '{email}', 'human', o || '-client', now()
from unnest(array['huis', 'winkel']) o;
insert into rule_arrival (customer_id, record_id, source_id, subject_id, what, at, queued_at)
select pg_temp.id(c), pg_temp.id('arrival' || c), pg_temp.id(o), pg_temp.id(c || ' at ' || o), 'interaction/call', now(), now()
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into firing (customer_id, firing_id, organization_id, rule_id, record_id, facts, at)
select pg_temp.id(c), pg_temp.id('firing' || c), pg_temp.id(o), pg_temp.id('rule' || o), pg_temp.id('arrival' || c), '{"rule": "zero"}', now()
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into wish (customer_id, document, seq, changed_at)
select pg_temp.id(c), '{"first": "human", "offers": {"unwanted": ["travel"]}}', 1, now() from unnest(array['anna', 'bram']) c;
insert into wish_act (customer_id, seq, wish_id, said, at)
select pg_temp.id(c), 1, pg_temp.id('wish' || c), '{"set": {"first": "human"}, "clear": []}', now() from unnest(array['anna', 'bram']) c;
insert into sender (organization_id, kind, value, is_complete, said_at, checked_at)
select pg_temp.id(o), 'domain', o || '.example', true, now(), now() from unnest(array['huis', 'winkel']) o;
insert into message (customer_id, message_id, organization_id, code_hash, text_hash, digest, is_addressed, is_listed, channel, sender_kind, sender, speaker,
    at, until, expires_at, registered_at)
select case c when 'nobody' then '00000000-0000-0000-0000-000000000000' else pg_temp.id(c) end, pg_temp.id(m || c), pg_temp.id(o),
    sha256(convert_to(m || c, 'UTF8')), sha256(convert_to('text to ' || c, 'UTF8')), sha256('signed'), true, true, 'email', 'email', 'info@' || o || '.example',
    'human', now(), now(), now() + interval '1 day', now()
from (values ('anna', 'winkel'), ('bram', 'huis'), ('nobody', 'winkel')) as a (c, o), unnest(array['', 'second message']) m;
insert into message_report (customer_id, report_id, organization_id, kind, message_id, at)
select pg_temp.id(c), pg_temp.id('report' || c), pg_temp.id(o), 'was-a-computer', pg_temp.id(c), now()
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into reply (customer_id, reply_id, organization_id, entry_id, by, wants_human, at, due_at, subject_id, sealed)
select pg_temp.id(c), pg_temp.id('reply' || c), pg_temp.id(o), pg_temp.id(c), 'customer', true, now(), now(), pg_temp.id(c || ' at ' || o), 'sealed'
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into reply (customer_id, reply_id, organization_id, entry_id, by, wants_human, at, due_at, subject_id, sealed)
select pg_temp.id(c), pg_temp.id('reply of ' || c || o || by), pg_temp.id(o), pg_temp.id(c), by, true, now(), now(), pg_temp.id(c || ' at ' || o), 'sealed'
from (values ('anna', 'winkel'), ('bram', 'winkel'), ('anna', 'huis')) as a (c, o), unnest(array['customer', 'organization']) by;
insert into check_count (asker, asked, expires_at) values (sha256('asker'), 1, now() + interval '1 minute');
insert into signing_key (key_id, public, sealed, since) values ('key', '{}', 'sealed', now());
insert into used_once (word_hash, expires_at) values (sha256('word'), now() + interval '1 hour');
insert into authorization_request (word_hash, client_id, is_begun, sealed, expires_at, customer_id, request_id)
select sha256(c::bytea), (select client_id from client limit 1), true, 'sealed', now() + interval '1 hour', pg_temp.id(c),
       pg_temp.id('app request' || c)
from unnest(array['anna', 'bram']) c;
insert into token_family (family_id, customer_id, client_id, scopes, sealed, since, expires_at, revoked_at)
select pg_temp.id(e || 'family' || c), pg_temp.id(c), 'huis-client', '{openid}', 'sealed', now(), now() + interval '1 hour',
       case when e <> '' then now() end
from unnest(array['anna', 'bram']) c, unnest(array['', 'ended ']) e;
insert into family_token (token_hash, family_id, customer_id, kind, expires_at)
select sha256(c::bytea), pg_temp.id('family' || c), pg_temp.id(c), 'code', now() + interval '1 hour' from unnest(array['anna', 'bram']) c;
insert into login_link (link_hash, email_blind, asker_blind, sealed_email, asked_at, expires_at)
values (pg_temp.blind('link'), pg_temp.blind('anna'), pg_temp.blind('asker'), 'sealed', now(), now() + interval '1 hour');
insert into suppression (source_id, type, blind, erasure_id, at)
values (pg_temp.id('huis'), 'user_id', pg_temp.blind('dora'), pg_temp.id('erasure'), now());
insert into key_destruction (subject_id, wrapped, at) values (pg_temp.id('dora'), 'wrapped', now());
insert into delivery (source_id, delivery_id, received_at)
select pg_temp.id(o), pg_temp.id('delivery' || o), now() from unnest(array['huis', 'winkel']) o;
insert into reject (source_id, at, path, position, reason, request_id)
select pg_temp.id(o), now(), 'records', 0, 'too-large', 'request' from unnest(array['huis', 'winkel']) o;
insert into import_job (source_id, fingerprint, position, counts, updated_at)
select pg_temp.id(o), pg_temp.blind(o), 0, '{}', now() from unnest(array['huis', 'winkel']) o;
insert into pull (source_id, name, settings, next_at)
select pg_temp.id(o), 'register', '{}', now() from unnest(array['huis', 'winkel']) o;
insert into idempotency (caller, key_hash, digest, call_id, status, answer, at)
select case o when 'session' then o else pg_temp.id(o)::text end, pg_temp.blind(o), 'digest', pg_temp.id(o), 200, 'sealed', now()
from unnest(array['huis', 'winkel', 'anna', 'bram', 'session']) o;
insert into log (log_id, kind, name, origin, begun_at) values (1, 'consent', 'consent', 'test/consent', now()), (2, 'access', 'access', 'test/access', now());
insert into log_key (log_id, vkey, added_at) values (1, 'key of consent', now()), (2, 'key of access', now());
insert into leaf (log_id, position, leaf) select 1, n, convert_to(repeat('l', 34), 'UTF8') from generate_series(0, 2) n;
insert into node (log_id, level, position, hash) values (1, 1, 0, convert_to(repeat('n', 32), 'UTF8'));
insert into checkpoint (log_id, size, root, note, at) values (1, 3, convert_to(repeat('r', 32), 'UTF8'), 'note', now());
insert into cosignature (log_id, size, vkey, line, seen_at) values (1, 3, 'key of a witness', 'line', now());
insert into pseudonym (customer_id, organization_id, pseudonym)
select pg_temp.id(c), pg_temp.id(case c when 'bram' then 'huis' else 'winkel' end), pg_temp.id('name of ' || c) from unnest(array['anna', 'bram', 'old anna']) c
union all
select pg_temp.id('anna'), '00000000-0000-0000-0000-000000000000', pg_temp.id('own name of anna');
insert into opening (log_id, position, kind, pseudonym, organization_id, seq, fact_id, salt, body)
select 1, n, kind, case c when 'nobody' then '00000000-0000-0000-0000-000000000000' else pg_temp.id('name of ' || c) end,
       case o when 'nobody' then '00000000-0000-0000-0000-000000000000' else pg_temp.id(o) end, 1, pg_temp.id('act' || c || o),
       convert_to(repeat('s', 32), 'UTF8'), 'body'
from (values (0, 1, 'anna', 'winkel'), (1, 1, 'bram', 'huis'), (2, 1, 'old anna', 'winkel'), (3, 2, 'nobody', 'nobody'),
    (4, 3, 'nobody', 'nobody'), (5, 4, 'nobody', 'nobody'), (6, 5, 'nobody', 'nobody'), (7, 5, 'nobody', 'huis')) as a (n, kind, c, o);
insert into opening (log_id, position, kind, pseudonym, organization_id, seq, fact_id, salt, body)
select 1, 8, 1, pg_temp.id('own name of anna'), '00000000-0000-0000-0000-000000000000', 1, pg_temp.id('linkanna'),
       convert_to(repeat('s', 32), 'UTF8'), 'body';
insert into contact (customer_id, contact_id, organization_id, purpose, topic, root, sender, channels, state, at, until, manner, noted_at)
select pg_temp.id(c), pg_temp.id('contact' || c || state), pg_temp.id(o), 'customer-care', 'service', 'service', 'human', '{email}', state,
       now(), now() + interval '1 day', case state when 'made' then 'unasked' end, now()
from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o), unnest(array['made', 'reserved']) state;
insert into contact_turn (customer_id, organization_id, root, turn)
select pg_temp.id(c), pg_temp.id(o), 'service', 1 from (values ('anna', 'winkel'), ('bram', 'huis')) as a (c, o);
insert into change (organization_id, customer_id, kind, at) select pg_temp.id(o), pg_temp.id('eva'), 'erase', now() from unnest(array['huis', 'winkel']) o;
