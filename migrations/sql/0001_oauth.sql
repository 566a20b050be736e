-- What the authorization server keeps beside clients and tokens.

create table signing_key (
    key_id   text primary key,
    public   jsonb not null,
    sealed   bytea not null,
    since    timestamptz not null,
    ended_at timestamptz,
    signs    text not null default 'tokens' check (signs in ('tokens', 'messages'))
);
comment on table signing_key is 'The keys that sign; the newest of its use signs, the others are published until what they signed has ended.';
comment on column signing_key.sealed is 'The private half, sealed with a key that follows from the key ring.';

create table used_once (
    word_hash  bytea primary key check (octet_length(word_hash) = 32),
    expires_at timestamptz not null
);
create index used_once_expiry on used_once (expires_at);
comment on table used_once is 'Keyed hashes of the ids of assertions and proofs that were shown, so that none is taken twice.';

create table authorization_request (
    word_hash   bytea primary key check (octet_length(word_hash) = 32),
    client_id   text not null references client,
    is_begun    boolean not null,
    sealed      bytea not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    customer_id uuid,
    request_id  uuid,
    check (is_begun or customer_id is null),
    check ((customer_id is null) = (request_id is null))
);
create index authorization_request_expiry on authorization_request (expires_at);
create unique index authorization_request_answer on authorization_request (customer_id, request_id) where customer_id is not null;
comment on table authorization_request is 'What an app asked (pushed, RFC 9126), and what a browser came with (begun), until a customer answers.';
comment on column authorization_request.request_id is 'The access request that it became, or only a name for the answer.';

create table token_family (
    family_id   uuid primary key,
    customer_id uuid not null,
    client_id   text not null references client,
    purpose     text,
    grant_id    uuid,
    scopes      text[] not null,
    key_hash    bytea check (octet_length(key_hash) = 32),
    sealed      bytea not null,
    since       timestamptz not null,
    expires_at  timestamptz not null,
    revoked_at  timestamptz,
    check ((purpose is null) = (grant_id is null))
);
create index token_family_customer on token_family (customer_id);
create index token_family_grant on token_family (grant_id) where grant_id is not null;
create index token_family_expiry on token_family (expires_at);
comment on table token_family is 'What one yes of a customer to an app led to: its code and every token after it; they end together.';
comment on column token_family.purpose is 'Of the permission that it lives on; null where the app only learned who somebody is.';
comment on column token_family.sealed is 'What the code has to be shown with, sealed.';

create table family_token (
    token_hash  bytea primary key check (octet_length(token_hash) = 32),
    family_id   uuid not null references token_family on delete cascade,
    customer_id uuid not null,
    kind        text not null check (kind in ('code', 'refresh')),
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index family_token_family on family_token (family_id);
comment on table family_token is 'Codes and refresh tokens as keyed hashes; each is taken once, and a second time ends the family.';
