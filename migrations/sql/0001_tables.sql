-- The tables of the vault. Every customer-scoped table carries customer_id first in its primary key
-- and no foreign key crosses customers, so that the schema can be sharded by customer_id.
-- Values of people are sealed before they arrive; in clear stand only ids, categories, kinds, types and times.

-- ---------------------------------------------------------------- reference tables (replicated to every shard)

create table organization (
    organization_id uuid primary key,
    slug            text not null unique check (slug ~ '^[a-z][a-z0-9-]{1,39}$'),
    name            text not null,
    details         jsonb not null default '{}',
    created_at      timestamptz not null default now(),
    verified_at     timestamptz,
    closed_at       timestamptz
);
comment on table organization is 'A company that supplies records (as source) and asks to see them (as recipient).';

create table client (
    client_id       text primary key,
    organization_id uuid references organization,
    name            text not null,
    secret_hash     bytea,
    keys            jsonb,
    algorithms      text[] not null default '{}',
    scopes          text[] not null,
    is_human        boolean not null default false,
    is_bound        boolean not null default false,
    grant_types     text[] not null default '{client_credentials}',
    redirect_uris   text[] not null default '{}',
    logout_uris     text[] not null default '{}',
    created_at      timestamptz not null default now(),
    revoked_at      timestamptz,
    check ((secret_hash is null) <> (keys is null))
);
comment on column client.keys is 'A JSON Web Key Set of public keys: the client proves itself with a signature and has no secret.';
comment on column client.algorithms is 'With which algorithms it may sign.';
comment on column client.is_bound is 'Its tokens are bound to a key of its own (DPoP) and worth nothing without it.';
comment on column client.redirect_uris is 'Where customers may be led back to, compared as a whole.';
comment on column client.logout_uris is 'Where customers may be led to after they logged out here.';
comment on column client.organization_id is 'Null for the platform''s own auditor.';
comment on column client.is_human is 'People look through it, as through the screen of a service desk; a program by itself is a computer.';

create table access_token (
    token_hash bytea primary key,
    client_id  text not null references client,
    scopes     text[] not null,
    key_hash   bytea check (octet_length(key_hash) = 32),
    family_id  uuid,
    issued_at  timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index access_token_expiry on access_token (expires_at);
create index access_token_family on access_token (family_id) where family_id is not null;
comment on column access_token.family_id is 'For a customer''s app: what it came from, with which it ends.';
comment on column access_token.key_hash is 'The thumbprint (RFC 7638) of the key that it is bound to.';

create table write_key (
    key_hash        bytea primary key,
    organization_id uuid not null references organization,
    name            text not null,
    batch_bytes     integer not null default 512000 check (batch_bytes between 32768 and 4096000),
    created_at      timestamptz not null default now(),
    revoked_at      timestamptz
);

create table category (
    category        text primary key,
    organization_id uuid references organization,
    is_grantable    boolean not null,
    is_special      boolean not null,
    details         jsonb not null
);

create table purpose (
    purpose         text primary key,
    organization_id uuid references organization,
    longest_days    integer not null check (longest_days between 1 and 366),
    details         jsonb not null
);

-- The nil uuid stands for the platform, so that the owner can be part of the key.
create table attribute (
    organization_id uuid not null,
    attribute       text not null,
    category        text not null references category,
    is_queryable    boolean not null default false,
    details         jsonb not null default '{}',
    pending         text check (pending in ('refile', 'release')),
    primary key (organization_id, attribute)
);
comment on column attribute.pending is 'Records of this attribute are still being re-filed; after a release the row goes.';

create table record_type (
    organization_id uuid not null,
    kind            text not null check (kind in ('product', 'interaction', 'external')),
    type            text not null,
    category        text not null references category,
    details         jsonb not null default '{}',
    pending         text check (pending in ('refile', 'release')),
    primary key (organization_id, kind, type)
);

create table catalog_version (
    is_only boolean primary key default true check (is_only),
    version bigint not null default 1
);
insert into catalog_version default values;
comment on table catalog_version is 'Counts the changes of the catalog, so that a process knows when what it remembers is old.';

create table key_floor (
    is_only    boolean primary key default true check (is_only),
    generation integer not null default 1
);
insert into key_floor default values;
comment on table key_floor is 'The oldest generation of the key ring under which a new data key may be wrapped.';

create table scope_key (
    is_only   boolean primary key default true check (is_only),
    inner_pad bytea not null check (octet_length(inner_pad) = 64),
    outer_pad bytea not null check (octet_length(outer_pad) = 64)
);
comment on table scope_key is 'The key of the scope seal, as the two padded blocks of RFC 2104.';

-- ---------------------------------------------------------------- the directory: how a person is found
-- Distributed by blind index, not by customer: it answers which customer an identifier belongs to.

create table reference (
    source_id   uuid not null,
    type        text not null check (type in ('user_id', 'anonymous_id', 'customer', 'phone')),
    blind       bytea not null check (octet_length(blind) = 16),
    customer_id uuid not null,
    subject_id  uuid not null,
    sealed      bytea not null,
    primary key (source_id, type, blind)
);
create index reference_customer on reference (customer_id, subject_id);
comment on table reference is 'How a source names a subject: its own customer number, or a device.';
comment on column reference.type is 'Of the customer''s own source: `customer` is a proven e-mail address, which opens a login, `phone` a proven number.';

create table suppression (
    source_id uuid not null,
    type      text not null,
    blind     bytea not null check (octet_length(blind) = 16),
    erasure_id uuid not null,
    is_proven boolean not null default false,
    at        timestamptz not null,
    primary key (type, blind, source_id)
);
create index suppression_erasure on suppression (erasure_id);
comment on table suppression is 'Keyed hashes of what belonged to an erased person; the nil source stands for every source.';
comment on column suppression.at is 'The day; the moment would lead to the acts that ended with it.';
comment on column suppression.is_proven is 'The person logged in with this: whoever proves it again is the same one.';

create table delivery (
    source_id   uuid not null,
    delivery_id uuid not null,
    received_at timestamptz not null,
    primary key (source_id, delivery_id)
);
create index delivery_age on delivery using brin (received_at);
comment on table delivery is 'Message ids already taken in, as keyed hashes; kept longer than senders retry.';

create table login_link (
    link_hash    bytea primary key,
    email_blind  bytea not null,
    asker_blind  bytea not null,
    sealed_email bytea not null,
    browser_hash bytea,
    code_hash    bytea,
    sealed_for_code bytea,
    code_tries   smallint not null default 0,
    link_tries   smallint not null default 0,
    asked_at     timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz
);
comment on column login_link.sealed_email is 'Sealed with a key that only the link itself yields.';
comment on column login_link.browser_hash is 'The browser that asked: only there the link alone is enough, and the code alone. Null for a link of the demo.';
comment on column login_link.sealed_for_code is 'The address, sealed with a key that only the secret of that browser yields.';
comment on column login_link.link_tries is 'Wrong codes beside the link; those without it count apart, so that nobody uses up somebody else''s.';
comment on column login_link.asker_blind is 'Keyed hash of the network address that asked, to limit how often.';
create index login_link_email on login_link (email_blind, asked_at);
create index login_link_asker on login_link (asker_blind, asked_at);
create index login_link_browser on login_link (browser_hash) where browser_hash is not null;

create table session (
    session_hash bytea primary key,
    customer_id  uuid not null,
    session_id   uuid not null,
    way          text not null check (way in ('e-mail', 'passkey', 'external')),
    device       text not null default '',
    started_at   timestamptz not null,
    idle         interval not null,
    expires_at   timestamptz not null,
    ends_at      timestamptz not null,
    proven_at    timestamptz not null,
    ended_at     timestamptz
);
create index session_customer on session (customer_id);
comment on column session.device is 'Kind of browser and system in two words; neither an address nor what the browser said in full.';
comment on column session.expires_at is 'Moves on with every use by `idle`, up to ends_at.';
comment on column session.proven_at is 'When the customer last proved who they are; grave acts ask for a recent proof.';

-- ---------------------------------------------------------------- the dossier

create table customer (
    customer_id uuid primary key,
    created_at  timestamptz not null,
    claimed_at  timestamptz,
    merged_into uuid,
    epoch       bigint not null default 0,
    details     jsonb not null default '{}'
);
create index customer_merged on customer (merged_into) where merged_into is not null;
comment on column customer.epoch is 'Number of the latest act.';
comment on column customer.details is 'Language and form of address; nothing that identifies.';

create table subject (
    customer_id   uuid not null,
    subject_id    uuid not null,
    source_id     uuid not null,
    origin_id     uuid not null,
    created_at    timestamptz not null,
    primary key (customer_id, subject_id)
);
create index subject_source on subject (source_id, subject_id);
comment on table subject is 'A person as one source knows them. customer_id is the live edge; origin_id the customer it began with.';

create table data_key (
    customer_id uuid not null,
    subject_id  uuid not null,
    wrapped     bytea not null,
    generation  integer not null,
    created_at  timestamptz not null,
    primary key (customer_id, subject_id)
);
create index data_key_generation on data_key (generation, subject_id);

create table link (
    customer_id uuid not null,
    link_id     uuid not null,
    merge_id    uuid not null,
    subject_id  uuid not null,
    from_id     uuid not null,
    kind        text not null check (kind in ('link', 'unlink')),
    reason      text not null,
    evidence    jsonb not null default '{}',
    at          timestamptz not null,
    primary key (customer_id, link_id)
);
comment on table link is 'Every move of a subject''s edge, in order; append only.';

create table cannot_link (
    customer_id uuid not null,
    subject_id  uuid not null,
    at          timestamptz not null,
    primary key (customer_id, subject_id)
);
create index cannot_link_subject on cannot_link (subject_id);
comment on table cannot_link is 'The customer said: this is not me.';

create table identifier (
    customer_id uuid not null,
    subject_id  uuid not null,
    source_id   uuid not null,
    category    text not null,
    type        text not null check (type in ('email', 'phone', 'customer_number')),
    blind       bytea not null check (octet_length(blind) = 16),
    is_verified boolean not null,
    since       timestamptz not null,
    sealed      bytea,
    primary key (customer_id, subject_id, type, blind)
);
create index identifier_blind on identifier (type, blind);
comment on column identifier.sealed is 'What the source wrote, for its person to read and to be compared by; of the customer''s own it is in their reference.';

create table record (
    customer_id   uuid not null,
    record_id     uuid not null,
    subject_id    uuid not null,
    source_id     uuid not null,
    kind          text not null check (kind in ('attributes', 'product', 'external')),
    category      text not null,
    type          text not null,
    key           bytea not null default '',
    origin        text not null check (origin in ('given', 'observed', 'external', 'derived', 'customer')),
    standing      text not null check (standing in ('stated', 'verified', 'customer')),
    occurred_at   timestamptz not null,
    received_at   timestamptz not null,
    superseded_at timestamptz,
    disputed_at   timestamptz,
    corrected_at  timestamptz,
    digest        bytea not null,
    sealed        bytea not null,
    queryable     jsonb,
    primary key (customer_id, record_id)
);
create unique index record_current on record (customer_id, subject_id, kind, type, key) where superseded_at is null;
create index record_names on record (customer_id)
    where superseded_at is null and kind = 'attributes' and type in ('first_name', 'name_prefix', 'last_name');
create index record_source on record (source_id, kind, type, category);
comment on table record is 'One thing a source said about a subject. A newer version supersedes the older, which stays as history.';
comment on index record_names is 'For how somebody is greeted, however much else is known of them.';
comment on column record.key is 'Blind index of the source''s own key of a product or fact; empty for attributes.';
comment on column record.digest is 'Keyed hash of the value, under a key derived from the subject''s data key.';
comment on column record.corrected_at is 'Since when the customer, who had this value before them, says another; of what sources say.';
comment on column record.sealed is 'JSON: the value of an attribute, {key, properties} of a product or fact.';

create table interaction (
    customer_id uuid not null,
    record_id   uuid not null,
    subject_id  uuid not null,
    source_id   uuid not null,
    category    text not null,
    type        text not null,
    channel     text,
    speaker     text check (speaker in ('human', 'computer')),
    direction   text check (direction in ('inbound', 'outbound')),
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    disputed_at timestamptz,
    sealed      bytea not null,
    queryable   jsonb,
    primary key (customer_id, occurred_at, record_id)
) partition by range (occurred_at);
create index interaction_source on interaction (source_id, type, category);
create index interaction_record on interaction (record_id);
comment on column interaction.record_id is 'Follows from the source and its own key, so that the same one is never stored twice.';
comment on column interaction.sealed is 'JSON: {properties, subject, outcome, name, section}; only properties is always there.';

create table evidence (
    customer_id uuid not null,
    evidence_id uuid not null,
    subject_id  uuid not null,
    source_id   uuid not null,
    received_at timestamptz not null,
    sealed      bytea not null,
    primary key (customer_id, evidence_id)
);
comment on table evidence is 'Consent flags as a source sent them. They create nothing.';

-- ---------------------------------------------------------------- consent

create table act (
    customer_id  uuid not null,
    seq          bigint not null,
    act_id       uuid not null,
    kind         text not null check (kind in
        ('grant', 'narrow', 'extend', 'revoke', 'refuse', 'object', 'attest', 'expire', 'merge', 'split', 'erase')),
    recipient_id uuid not null,
    purpose      text not null,
    categories   text[] not null,
    sources      uuid[],
    expires_at   timestamptz,
    at           timestamptz not null,
    by           text not null,
    client_id    text,
    request_id   uuid,
    evidence     jsonb not null default '{}',
    other_id     uuid,
    other        jsonb,
    primary key (customer_id, seq)
);
create index act_other on act (other_id) where other_id is not null;
comment on column act.other is 'Of a merge or split: the permission of the other customer at that moment.';
comment on table act is 'What the customer did about one recipient and one purpose, or what time did. Append only.';

create table permission (
    customer_id         uuid not null,
    recipient_id        uuid not null,
    purpose             text not null,
    categories          text[] not null,
    sources             uuid[],
    expires_at          timestamptz,
    attested_categories text[] not null default '{}',
    attested_expires_at timestamptz,
    stopped_categories  text[] not null default '{}',
    stopped             text check (stopped in ('refused', 'revoked', 'objected', 'erased')),
    chosen_at           timestamptz,
    act_id              uuid not null,
    since               timestamptz not null,
    changed_at          timestamptz not null,
    epoch               bigint not null,
    primary key (customer_id, recipient_id, purpose)
);
-- The purpose last: gates look up one customer at a time, and comparing ids is quicker than comparing words.
create index permission_recipient on permission (recipient_id, customer_id, purpose);
comment on table permission is 'What the acts add up to, one row for each customer, recipient and purpose: what the gate reads.';
comment on column permission.attested_categories is 'Recorded by the recipient itself; opens its own records only.';
comment on column permission.act_id is 'The act that opened it last, or the first act where none did.';

create table access_request (
    customer_id     uuid not null,
    request_id      uuid not null,
    organization_id uuid not null,
    purpose         text not null,
    categories      text[] not null,
    sources         uuid[],
    days            integer not null check (days between 1 and 366),
    notice          jsonb not null,
    consequences    jsonb not null default '{}',
    used_by         text check (used_by in ('human', 'computer', 'both')),
    texts           bytea check (octet_length(texts) = 32),
    called          bytea check (octet_length(called) = 32),
    state           text not null default 'pending'
        check (state in ('pending', 'approved', 'narrowed', 'refused', 'expired', 'withdrawn')),
    asked_at        timestamptz not null,
    due_at          timestamptz not null,
    answered_at     timestamptz,
    told_at         timestamptz,
    primary key (customer_id, request_id)
);
create index access_request_organization on access_request (organization_id, asked_at, request_id);
create index access_request_called on access_request (organization_id, called, purpose) where called is not null;
create index access_request_texts on access_request (organization_id, texts);
create index access_request_untold on access_request (customer_id) where told_at is null;
comment on table access_request is 'What an organization asks. The nil customer stands for a person who is not here, or is not to be asked.';
comment on column access_request.consequences is 'What happens to who says no, in the organization''s words.';
comment on column access_request.texts is 'SHA-256 of what the organization says to everybody: notice and consequences.';
comment on column access_request.called is 'Keyed hash of how the organization called the person; it tells the organization nothing that it did not say itself.';
comment on column access_request.told_at is 'When a letter told the customer; who was here when it was asked needs none.';

create table access (
    customer_id     uuid not null,
    at              timestamptz not null,
    access_id       uuid not null,
    organization_id uuid,
    client_id       text,
    principal       text not null,
    path            text not null,
    purpose         text,
    asked           text[] not null,
    released        text[] not null,
    records         integer not null,
    outcome         text not null check (outcome in ('released', 'refused', 'unknown')),
    reason          text not null,
    act_id          uuid,
    primary key (customer_id, at, access_id)
) partition by range (at);
create index access_organization on access (organization_id, at);
comment on table access is 'Every read and every refusal. The nil customer stands for a person who was not found. Append only.';
comment on column access.act_id is 'The act that opened the permission under which it was asked.';

create table change (
    organization_id uuid not null,
    change_id       bigint generated always as identity,
    customer_id     uuid not null,
    kind            text not null,
    purpose         text,
    at              timestamptz not null,
    told            jsonb,
    transaction     xid8 not null default pg_current_xact_id(),
    primary key (organization_id, transaction, change_id)
);
create index change_customer on change (customer_id);
create index change_age on change using brin (at);
comment on table change is 'What recipients must hear: a grant that ended or shrank, a correction, an erasure. No value.';
comment on column change.told is 'What else is told with it, in the words of the event; no value.';
comment on column change.transaction is 'Read in this order, and only what no running transaction can still precede.';

-- ---------------------------------------------------------------- the house's own papers

create table reject (
    source_id  uuid not null,
    reject_id  bigint generated always as identity,
    at         timestamptz not null,
    path       text not null,
    position   integer not null,
    reason     text not null,
    field      text,
    message_id text,
    request_id text not null,
    primary key (source_id, reject_id)
);
comment on column reject.message_id is 'As the source gave it when it is a random id; otherwise nothing, for it could name a person.';

create table idempotency (
    caller    text not null,
    key_hash  bytea not null,
    digest    bytea not null,
    call_id   uuid not null,
    status    integer,
    answer    bytea,
    at        timestamptz not null,
    primary key (caller, key_hash)
);
comment on table idempotency is 'Calls that were done under a key, with keyed hashes only; the answer opens with the caller''s own key.';

create table import_job (
    source_id   uuid not null,
    fingerprint bytea not null,
    position    bigint not null,
    counts      jsonb not null,
    updated_at  timestamptz not null,
    done_at     timestamptz,
    primary key (source_id, fingerprint)
);

create table pull (
    source_id uuid not null,
    name      text not null,
    settings  jsonb not null,
    state     jsonb not null default '{}',
    next_at   timestamptz not null,
    primary key (source_id, name)
);

create table key_destruction (
    subject_id uuid primary key,
    wrapped    bytea not null,
    at         timestamptz not null,
    done_at    timestamptz
);
create index key_destruction_waiting on key_destruction (subject_id) where done_at is null;
comment on table key_destruction is 'Data keys whose wrapping key must go: written with the erasure, done once the ring forgot it.';
comment on column key_destruction.at is 'The day; the moment would lead to the acts that ended with it.';
