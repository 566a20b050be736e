-- What the authorization server keeps beside clients and tokens.

create table signing_key (
    key_id   text primary key,
    public   jsonb not null,
    sealed   bytea not null,
    since    timestamptz not null,
    ended_at timestamptz
);
comment on table signing_key is 'The keys that sign tokens; the newest signs, the others are published until their tokens have ended.';
comment on column signing_key.sealed is 'The private half, sealed with a key that follows from the key ring.';

create table used_once (
    word_hash  bytea primary key check (octet_length(word_hash) = 32),
    expires_at timestamptz not null
);
create index used_once_expiry on used_once (expires_at);
comment on table used_once is 'Keyed hashes of the ids of assertions and proofs that were shown, so that none is taken twice.';
