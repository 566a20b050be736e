-- Other people's dossiers, to make the tables as large as they would be: everybody with a subject, a key and a live
-- permission for somebody else, every tenth with ten records. Their values are random bytes of a usual length.
-- in   first, last: numbers of customers; source, recipient: organizations
with person as (
    select n, md5('customer ' || n)::uuid as customer_id, md5('subject ' || n)::uuid as subject_id
    from generate_series(%(first)s::bigint, %(last)s::bigint) n
), people as (
    insert into customer (customer_id, created_at) select customer_id, now() from person
), subjects as (
    insert into subject (customer_id, subject_id, source_id, origin_id, created_at)
    select customer_id, subject_id, %(source)s::uuid, customer_id, now() from person
), keys as (
    insert into data_key (customer_id, subject_id, wrapped, generation, created_at)
    select customer_id, subject_id, decode(repeat(md5(n::text), 5), 'hex'), 1, now() from person
), permissions as (
    insert into permission (customer_id, recipient_id, purpose, categories, expires_at, act_id, since, changed_at, epoch)
    select customer_id, %(recipient)s::uuid, 'customer-care', '{address,contact,conversations,products,usage}',
        now() + interval '300 days', customer_id, now(), now(), 1
    from person
), records as (
    insert into record (customer_id, record_id, subject_id, source_id, kind, category, type, origin, standing, occurred_at,
        received_at, digest, sealed)
    select customer_id, md5('record ' || n || ' ' || place)::uuid, subject_id, %(source)s::uuid, 'attributes', 'contact',
        'attribute_' || place, 'given', 'stated', now(), now(), '\x00', decode(repeat(md5(n::text || place), 4), 'hex')
    from person, generate_series(1, 8) place
    where n %% 10 = 0
)
insert into interaction (customer_id, record_id, subject_id, source_id, category, type, channel, occurred_at, received_at, sealed)
select customer_id, md5('interaction ' || n || ' ' || place)::uuid, subject_id, %(source)s::uuid, 'conversations', 'call',
    'phone', now() - place * interval '1 day', now(), decode(repeat(md5(n::text || place), 8), 'hex')
from person, generate_series(1, 2) place
where n %% 10 = 0
