-- The schema as the migrations make it: a picture to read and to compare, not to run. Written by `make schema`.

create role cdp_administrator nologin;
create role cdp_auditor nologin;
create role cdp_customer nologin;
create role cdp_doorman nologin;
create role cdp_exporter nologin;
create role cdp_keeper nologin;
create role cdp_keymaster nologin;
create role cdp_login login;
create role cdp_matcher nologin;
create role cdp_operator nologin;
create role cdp_owner nologin;
create role cdp_reader nologin;
create role cdp_sequencer nologin;
create role cdp_source nologin;
create role cdp_visitor nologin;

grant cdp_administrator to cdp_login;
grant cdp_auditor to cdp_login;
grant cdp_customer to cdp_login;
grant cdp_doorman to cdp_login;
grant cdp_exporter to cdp_login;
grant cdp_keeper to cdp_owner;
grant cdp_keymaster to cdp_login;
grant cdp_matcher to cdp_login;
grant cdp_operator to cdp_login;
grant cdp_reader to cdp_login;
grant cdp_sequencer to cdp_login;
grant cdp_source to cdp_login;
grant cdp_visitor to cdp_login;

create table access (
    customer_id uuid not null,
    at timestamp with time zone not null,
    access_id uuid not null,
    organization_id uuid,
    client_id text,
    principal text not null,
    path text not null,
    purpose text,
    asked text[] not null,
    released text[] not null,
    records integer not null,
    outcome text not null,
    reason text not null,
    act_id uuid
) partition by RANGE (at);
CREATE INDEX access_organization ON access USING btree (organization_id, at);
alter table access add constraint access_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table access add constraint access_outcome_check CHECK ((outcome = ANY (ARRAY['released'::text, 'refused'::text, 'unknown'::text])));
alter table access add constraint access_pkey PRIMARY KEY (customer_id, at, access_id);
alter table access owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER logged AFTER INSERT ON access REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_accesses();
trigger: CREATE TRIGGER written_once BEFORE DELETE OR UPDATE ON access FOR EACH ROW WHEN ((CURRENT_USER <> 'cdp_owner'::name)) EXECUTE FUNCTION refuse_change_but_parting();
grant insert on access to cdp_exporter;
grant insert on access to cdp_reader;
grant insert, select on access to cdp_auditor;
grant insert, select on access to cdp_customer;
grant insert, select on access to cdp_keeper;
grant select on access to cdp_sequencer;
grant update (customer_id) on access to cdp_keeper;
create policy access_now on access as restrictive for insert to cdp_auditor, cdp_customer, cdp_exporter, cdp_reader
    with check (((at >= (statement_timestamp() - '00:01:00'::interval)) AND (at <= statement_timestamp())));
create policy auditor_notes on access as permissive for insert to cdp_auditor
    with check ((( SELECT is_sealed('auditor'::text) AS is_sealed) AND (principal = 'auditor'::text) AND (NOT (organization_id IS DISTINCT FROM ( SELECT app_organization() AS app_organization))) AND (customer_id = '00000000-0000-0000-0000-000000000000'::uuid) AND (released = '{}'::text[]) AND (records = 0) AND (client_id = ( SELECT app_client() AS app_client))));
create policy auditor_wall on access as permissive for select to cdp_auditor
    using ((( SELECT is_sealed('auditor'::text) AS is_sealed) AND ((( SELECT app_organization() AS app_organization) IS NULL) OR (organization_id = ( SELECT app_organization() AS app_organization)))));
create policy customer_before on access as permissive for select to cdp_customer
    using ((customer_id = ANY (( SELECT own_customers() AS own_customers)::uuid[])));
create policy customer_own on access as restrictive for insert to cdp_customer
    with check (((principal = 'customer'::text) AND (organization_id IS NULL) AND (purpose IS NULL) AND (act_id IS NULL) AND (NOT (client_id IS DISTINCT FROM ( SELECT app_client() AS app_client)))));
create policy customer_wall on access as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_wall on access as permissive for insert to cdp_exporter
    with check (((organization_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)) AND (principal = 'service'::text) AND (NOT (client_id IS DISTINCT FROM ( SELECT app_client() AS app_client))) AND (purpose = ( SELECT app_purpose() AS app_purpose))));
create policy keeper on access as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy reader_wall on access as permissive for insert to cdp_reader
    with check (((organization_id = ( SELECT scope_organization('reader'::text) AS scope_organization)) AND (customer_id = ANY (ARRAY[( SELECT app_customer() AS app_customer), '00000000-0000-0000-0000-000000000000'::uuid])) AND (principal = 'service'::text) AND (NOT (client_id IS DISTINCT FROM ( SELECT app_client() AS app_client))) AND (purpose = ( SELECT app_purpose() AS app_purpose))));
create policy sequencer_wall on access as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table access_outbox (
    entry_id bigint not null generated always as identity,
    customer_id uuid not null,
    at timestamp with time zone not null,
    access_id uuid not null,
    salt bytea not null,
    held text,
    held_since timestamp with time zone
);
CREATE INDEX access_outbox_held ON access_outbox USING btree (entry_id) WHERE (held IS NOT NULL);
alter table access_outbox add constraint access_outbox_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table access_outbox add constraint access_outbox_check CHECK (((held IS NULL) OR (held_since IS NOT NULL)));
alter table access_outbox add constraint access_outbox_held_since_is_told CHECK (((held_since >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (held_since <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table access_outbox add constraint access_outbox_pkey PRIMARY KEY (entry_id);
alter table access_outbox add constraint access_outbox_salt_check CHECK ((octet_length(salt) = 32));
alter table access_outbox owner to cdp_owner, enable row level security, force row level security;
grant delete, select on access_outbox to cdp_sequencer;
grant insert on access_outbox to cdp_keeper;
grant update (held, held_since) on access_outbox to cdp_sequencer;
create policy keeper on access_outbox as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on access_outbox as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table access_request (
    customer_id uuid not null,
    request_id uuid not null,
    organization_id uuid not null,
    purpose text not null,
    categories text[] not null,
    sources uuid[],
    days integer not null,
    notice jsonb not null,
    consequences jsonb not null default '{}'::jsonb,
    used_by text,
    texts bytea,
    called bytea,
    state text not null default 'pending'::text,
    asked_at timestamp with time zone not null,
    due_at timestamp with time zone not null,
    answered_at timestamp with time zone,
    told_at timestamp with time zone
);
CREATE INDEX access_request_called ON access_request USING btree (organization_id, called, purpose) WHERE (called IS NOT NULL);
CREATE INDEX access_request_organization ON access_request USING btree (organization_id, asked_at, request_id);
CREATE INDEX access_request_texts ON access_request USING btree (organization_id, texts);
CREATE INDEX access_request_untold ON access_request USING btree (customer_id) WHERE (told_at IS NULL);
alter table access_request add constraint access_request_called_check CHECK ((octet_length(called) = 32));
alter table access_request add constraint access_request_days_check CHECK (((days >= 1) AND (days <= 366)));
alter table access_request add constraint access_request_pkey PRIMARY KEY (customer_id, request_id);
alter table access_request add constraint access_request_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'approved'::text, 'narrowed'::text, 'refused'::text, 'expired'::text, 'withdrawn'::text])));
alter table access_request add constraint access_request_texts_check CHECK ((octet_length(texts) = 32));
alter table access_request add constraint access_request_used_by_check CHECK ((used_by = ANY (ARRAY['human'::text, 'computer'::text, 'both'::text])));
alter table access_request owner to cdp_owner, enable row level security, force row level security;
grant delete on access_request to cdp_operator;
grant delete, insert, select, update on access_request to cdp_keeper;
grant insert on access_request to cdp_source;
grant select (answered_at, asked_at, categories, consequences, days, due_at, notice, organization_id, purpose, request_id, sources, state, texts, used_by) on access_request to cdp_source;
grant select (due_at) on access_request to cdp_operator;
grant select on access_request to cdp_customer;
grant update (answered_at, state) on access_request to cdp_source;
grant update (answered_at, state, told_at) on access_request to cdp_customer;
create policy customer_wall on access_request as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on access_request as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on access_request as permissive for all to cdp_operator
    using ((( SELECT is_sealed('operator'::text) AS is_sealed) AND (state = ANY (ARRAY['pending'::text, 'withdrawn'::text]))));
create policy source_asks on access_request as permissive for insert to cdp_source
    with check ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));
create policy source_wall on access_request as permissive for select to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));
create policy source_withdraws on access_request as permissive for update to cdp_source
    using (((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)) AND (state = 'pending'::text)))
    with check (((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)) AND (state = 'withdrawn'::text)));

create table access_token (
    token_hash bytea not null,
    client_id text not null,
    scopes text[] not null,
    key_hash bytea,
    family_id uuid,
    issued_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    revoked_at timestamp with time zone
);
CREATE INDEX access_token_expiry ON access_token USING btree (expires_at);
CREATE INDEX access_token_family ON access_token USING btree (family_id) WHERE (family_id IS NOT NULL);
alter table access_token add constraint access_token_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(client_id);
alter table access_token add constraint access_token_key_hash_check CHECK ((octet_length(key_hash) = 32));
alter table access_token add constraint access_token_pkey PRIMARY KEY (token_hash);
alter table access_token owner to cdp_owner, enable row level security, force row level security;
grant delete, select on access_token to cdp_keeper;
grant delete, select on access_token to cdp_operator;
grant insert, select on access_token to cdp_doorman;
grant select (client_id, revoked_at) on access_token to cdp_administrator;
grant update (revoked_at) on access_token to cdp_administrator;
grant update (revoked_at) on access_token to cdp_doorman;
grant update (revoked_at) on access_token to cdp_operator;
create policy administrator_revives_nothing on access_token as restrictive for update to cdp_administrator
    using ((revoked_at IS NULL))
    with check (true);
create policy administrator_wall on access_token as permissive for all to cdp_administrator
    using ((client_id IN ( SELECT c.client_id
   FROM client c
  WHERE (c.organization_id = scope_organization('administrator'::text)))));
create policy doorman_wall on access_token as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on access_token as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on access_token as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table act (
    customer_id uuid not null,
    seq bigint not null,
    act_id uuid not null,
    kind text not null,
    recipient_id uuid not null,
    purpose text not null,
    categories text[] not null,
    sources uuid[],
    expires_at timestamp with time zone,
    at timestamp with time zone not null,
    by text not null,
    client_id text,
    request_id uuid,
    evidence jsonb not null default '{}'::jsonb,
    other_id uuid,
    other jsonb
);
CREATE INDEX act_other ON act USING btree (other_id) WHERE (other_id IS NOT NULL);
alter table act add constraint act_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table act add constraint act_expires_at_is_told CHECK (((expires_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (expires_at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table act add constraint act_kind_check CHECK ((kind = ANY (ARRAY['grant'::text, 'narrow'::text, 'extend'::text, 'revoke'::text, 'refuse'::text, 'object'::text, 'attest'::text, 'expire'::text, 'merge'::text, 'split'::text, 'erase'::text])));
alter table act add constraint act_pkey PRIMARY KEY (customer_id, seq);
alter table act owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER logged AFTER INSERT ON act REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_acts();
trigger: CREATE TRIGGER written_once BEFORE DELETE OR UPDATE ON act FOR EACH ROW EXECUTE FUNCTION refuse_change_but_parting();
grant insert, select on act to cdp_keeper;
grant select on act to cdp_auditor;
grant select on act to cdp_customer;
grant select on act to cdp_sequencer;
grant update (customer_id, evidence, other, other_id, request_id) on act to cdp_keeper;
create policy auditor_wall on act as permissive for select to cdp_auditor
    using ((( SELECT is_sealed('auditor'::text) AS is_sealed) AND ((( SELECT app_organization() AS app_organization) IS NULL) OR (recipient_id = ( SELECT app_organization() AS app_organization)))));
create policy customer_wall on act as permissive for select to cdp_customer
    using ((customer_id = ANY (( SELECT own_customers() AS own_customers)::uuid[])));
create policy keeper on act as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on act as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table alert (
    customer_id uuid not null,
    organization_id uuid not null,
    rhythm text not null,
    told_until timestamp with time zone not null,
    told_at timestamp with time zone
);
alter table alert add constraint alert_pkey PRIMARY KEY (customer_id, organization_id);
alter table alert add constraint alert_rhythm_check CHECK ((rhythm = ANY (ARRAY['at-once'::text, 'daily'::text])));
alter table alert owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on alert to cdp_customer;
grant delete, select on alert to cdp_keeper;
grant update (rhythm, told_at, told_until) on alert to cdp_customer;
create policy customer_wall on alert as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on alert as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table attribute (
    organization_id uuid not null,
    attribute text not null,
    category text not null,
    is_queryable boolean not null default false,
    details jsonb not null default '{}'::jsonb,
    pending text
);
alter table attribute add constraint attribute_category_fkey FOREIGN KEY (category) REFERENCES category(category);
alter table attribute add constraint attribute_pending_check CHECK ((pending = ANY (ARRAY['refile'::text, 'release'::text])));
alter table attribute add constraint attribute_pkey PRIMARY KEY (organization_id, attribute);
alter table attribute owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on attribute to cdp_operator;
grant delete, insert, select, update on attribute to cdp_source;
grant delete, select on attribute to cdp_keeper;
grant select on attribute to cdp_auditor;
grant select on attribute to cdp_customer;
grant select on attribute to cdp_doorman;
grant select on attribute to cdp_exporter;
grant select on attribute to cdp_reader;
grant select on attribute to cdp_sequencer;
create policy catalog on attribute as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy keeper on attribute as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on attribute as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on attribute as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table authorization_request (
    word_hash bytea not null,
    client_id text not null,
    is_begun boolean not null,
    sealed bytea not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone,
    customer_id uuid,
    request_id uuid
);
CREATE INDEX authorization_request_expiry ON authorization_request USING btree (expires_at);
CREATE UNIQUE INDEX authorization_request_answer ON authorization_request USING btree (customer_id, request_id) WHERE (customer_id IS NOT NULL);
alter table authorization_request add constraint authorization_request_check CHECK ((is_begun OR (customer_id IS NULL)));
alter table authorization_request add constraint authorization_request_check1 CHECK (((customer_id IS NULL) = (request_id IS NULL)));
alter table authorization_request add constraint authorization_request_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(client_id);
alter table authorization_request add constraint authorization_request_pkey PRIMARY KEY (word_hash);
alter table authorization_request add constraint authorization_request_word_hash_check CHECK ((octet_length(word_hash) = 32));
alter table authorization_request owner to cdp_owner, enable row level security, force row level security;
grant delete on authorization_request to cdp_operator;
grant delete, select on authorization_request to cdp_keeper;
grant insert, select on authorization_request to cdp_doorman;
grant select (expires_at) on authorization_request to cdp_operator;
grant select on authorization_request to cdp_customer;
grant update (customer_id, request_id, used_at) on authorization_request to cdp_doorman;
grant update (used_at) on authorization_request to cdp_customer;
create policy customer_wall on authorization_request as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy doorman_wall on authorization_request as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on authorization_request as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on authorization_request as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table bond (
    bond_id uuid not null,
    subject_id uuid not null,
    other_id uuid not null,
    why text not null,
    tier text not null,
    weight real not null default 0,
    reaches boolean not null default false,
    evidence jsonb not null default '{}'::jsonb,
    model text,
    at timestamp with time zone not null,
    held_why text,
    held_at timestamp with time zone,
    decided_at timestamp with time zone,
    ended_at timestamp with time zone,
    ended_why text
);
CREATE INDEX bond_held ON bond USING btree (held_at, bond_id) WHERE ((held_at IS NOT NULL) AND (ended_at IS NULL));
CREATE INDEX bond_other ON bond USING btree (other_id);
CREATE INDEX bond_subject ON bond USING btree (subject_id);
CREATE UNIQUE INDEX bond_live ON bond USING btree (subject_id, other_id, why) WHERE (ended_at IS NULL);
alter table bond add constraint bond_check CHECK ((subject_id < other_id));
alter table bond add constraint bond_check1 CHECK (((held_why IS NULL) = (held_at IS NULL)));
alter table bond add constraint bond_check2 CHECK (((ended_at IS NULL) = (ended_why IS NULL)));
alter table bond add constraint bond_ended_why_check CHECK ((ended_why = ANY (ARRAY['changed'::text, 'no-longer-alike'::text, 'customer'::text, 'operator'::text])));
alter table bond add constraint bond_held_why_check CHECK ((held_why = ANY (ARRAY['too-many-subjects'::text, 'too-many-identifiers'::text, 'too-many-merges'::text])));
alter table bond add constraint bond_pkey PRIMARY KEY (bond_id);
alter table bond add constraint bond_tier_check CHECK ((tier = ANY (ARRAY['customer'::text, 'verified'::text, 'device'::text, 'strong'::text, 'possible'::text])));
alter table bond add constraint bond_why_check CHECK ((why = ANY (ARRAY['match'::text, 'verified-identifier'::text, 'proven-identifier'::text, 'anonymous-to-user'::text, 'customer-said'::text, 'operator-said'::text])));
alter table bond owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on bond to cdp_keeper;
create policy keeper on bond as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table cannot_link (
    customer_id uuid not null,
    subject_id uuid not null,
    at timestamp with time zone not null
);
CREATE INDEX cannot_link_subject ON cannot_link USING btree (subject_id);
alter table cannot_link add constraint cannot_link_pkey PRIMARY KEY (customer_id, subject_id);
alter table cannot_link owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on cannot_link to cdp_keeper;
grant select on cannot_link to cdp_customer;
create policy customer_wall on cannot_link as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on cannot_link as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table catalog_version (
    is_only boolean not null default true,
    version bigint not null default 1
);
alter table catalog_version add constraint catalog_version_is_only_check CHECK (is_only);
alter table catalog_version add constraint catalog_version_pkey PRIMARY KEY (is_only);
alter table catalog_version owner to cdp_owner, enable row level security, force row level security;
grant select on catalog_version to cdp_auditor;
grant select on catalog_version to cdp_customer;
grant select on catalog_version to cdp_doorman;
grant select on catalog_version to cdp_exporter;
grant select on catalog_version to cdp_operator;
grant select on catalog_version to cdp_reader;
grant select on catalog_version to cdp_sequencer;
grant select on catalog_version to cdp_source;
grant update (version) on catalog_version to cdp_operator;
grant update (version) on catalog_version to cdp_source;
create policy catalog on catalog_version as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy operator_wall on catalog_version as permissive for update to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on catalog_version as permissive for update to cdp_source
    using (( SELECT is_sealed('source'::text) AS is_sealed))
    with check (( SELECT is_sealed('source'::text) AS is_sealed));

create table category (
    category text not null,
    organization_id uuid,
    is_grantable boolean not null,
    is_special boolean not null,
    details jsonb not null
);
alter table category add constraint category_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table category add constraint category_pkey PRIMARY KEY (category);
alter table category owner to cdp_owner, enable row level security, force row level security;
grant insert, select, update on category to cdp_operator;
grant select on category to cdp_auditor;
grant select on category to cdp_customer;
grant select on category to cdp_doorman;
grant select on category to cdp_exporter;
grant select on category to cdp_keeper;
grant select on category to cdp_reader;
grant select on category to cdp_sequencer;
grant select on category to cdp_source;
create policy catalog on category as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy keeper on category as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on category as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table ceremony (
    challenge_hash bytea not null,
    kind text not null,
    holder bytea not null,
    asker_blind bytea not null,
    asked_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX ceremony_asker ON ceremony USING btree (asker_blind, asked_at);
alter table ceremony add constraint ceremony_kind_check CHECK ((kind = ANY (ARRAY['register'::text, 'login'::text, 'step-up'::text, 'external'::text, 'link'::text, 'employee'::text])));
alter table ceremony add constraint ceremony_pkey PRIMARY KEY (challenge_hash);
alter table ceremony owner to cdp_owner, enable row level security, force row level security;
grant delete on ceremony to cdp_operator;
grant insert, select on ceremony to cdp_doorman;
grant select (expires_at) on ceremony to cdp_operator;
grant update (used_at) on ceremony to cdp_doorman;
create policy doorman_wall on ceremony as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy operator_wall on ceremony as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table change (
    organization_id uuid not null,
    change_id bigint not null generated always as identity,
    customer_id uuid not null,
    kind text not null,
    purpose text,
    at timestamp with time zone not null,
    told jsonb,
    transaction xid8 not null default pg_current_xact_id()
);
CREATE INDEX change_age ON change USING brin (at);
CREATE INDEX change_customer ON change USING btree (customer_id);
alter table change add constraint change_pkey PRIMARY KEY (organization_id, transaction, change_id);
alter table change owner to cdp_owner, enable row level security, force row level security;
grant delete on change to cdp_operator;
grant delete, insert, select on change to cdp_keeper;
grant select (at) on change to cdp_operator;
grant select (customer_id, kind, organization_id) on change to cdp_exporter;
grant select on change to cdp_source;
create policy exporter_wall on change as permissive for select to cdp_exporter
    using (((organization_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)) AND (kind = 'erase'::text)));
create policy keeper on change as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on change as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on change as permissive for select to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table channel (
    channel text not null,
    organization_id uuid,
    place integer not null default 1000,
    details jsonb not null
);
alter table channel add constraint channel_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table channel add constraint channel_pkey PRIMARY KEY (channel);
alter table channel owner to cdp_owner, enable row level security, force row level security;
grant delete, select on channel to cdp_keeper;
grant insert, select on channel to cdp_source;
grant insert, select, update on channel to cdp_operator;
grant select on channel to cdp_auditor;
grant select on channel to cdp_customer;
grant select on channel to cdp_doorman;
grant select on channel to cdp_exporter;
grant select on channel to cdp_reader;
grant select on channel to cdp_sequencer;
grant update (details) on channel to cdp_source;
create policy catalog on channel as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy keeper on channel as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on channel as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on channel as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check (((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)) AND (NOT (details ? 'is_required'::text))));

create table check_count (
    asker bytea not null,
    asked integer not null,
    expires_at timestamp with time zone not null
);
alter table check_count add constraint check_count_asker_check CHECK ((octet_length(asker) = 32));
alter table check_count add constraint check_count_pkey PRIMARY KEY (asker);
alter table check_count owner to cdp_owner, enable row level security, force row level security;
grant delete on check_count to cdp_operator;
grant insert, select on check_count to cdp_keeper;
grant select (expires_at) on check_count to cdp_operator;
grant update (asked, expires_at) on check_count to cdp_keeper;
create policy keeper on check_count as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on check_count as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table checkpoint (
    log_id smallint not null,
    size bigint not null,
    root bytea not null,
    note bytea not null,
    at timestamp with time zone not null
);
alter table checkpoint add constraint checkpoint_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table checkpoint add constraint checkpoint_pkey PRIMARY KEY (log_id, size);
alter table checkpoint add constraint checkpoint_root_check CHECK ((octet_length(root) = 32));
alter table checkpoint owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on checkpoint to cdp_sequencer;
grant select on checkpoint to cdp_auditor;
grant select on checkpoint to cdp_customer;
grant select on checkpoint to cdp_visitor;
create policy auditor_wall on checkpoint as permissive for select to cdp_auditor
    using (( SELECT is_sealed('auditor'::text) AS is_sealed));
create policy customer_wall on checkpoint as permissive for select to cdp_customer
    using ((( SELECT scope_customer('customer'::text) AS scope_customer) IS NOT NULL));
create policy sequencer_wall on checkpoint as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy visitor_wall on checkpoint as permissive for select to cdp_visitor
    using (( SELECT is_sealed('visitor'::text) AS is_sealed));

create table client (
    client_id text not null,
    organization_id uuid,
    name text not null,
    secret_hash bytea,
    keys jsonb,
    algorithms text[] not null default '{}'::text[],
    scopes text[] not null,
    is_human boolean not null default false,
    is_bound boolean not null default false,
    grant_types text[] not null default '{client_credentials}'::text[],
    redirect_uris text[] not null default '{}'::text[],
    logout_uris text[] not null default '{}'::text[],
    created_at timestamp with time zone not null default now(),
    revoked_at timestamp with time zone
);
alter table client add constraint client_check CHECK (((secret_hash IS NULL) <> (keys IS NULL)));
alter table client add constraint client_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table client add constraint client_pkey PRIMARY KEY (client_id);
alter table client owner to cdp_owner, enable row level security, force row level security;
grant delete, select on client to cdp_keeper;
grant insert, select on client to cdp_administrator;
grant insert, select, update on client to cdp_operator;
grant select (client_id, is_human, name, organization_id, redirect_uris, revoked_at) on client to cdp_customer;
grant select on client to cdp_doorman;
grant update (algorithms, grant_types, keys, logout_uris, redirect_uris, revoked_at, secret_hash) on client to cdp_administrator;
create policy administrator_revives_nothing on client as restrictive for update to cdp_administrator
    using ((revoked_at IS NULL))
    with check (true);
create policy administrator_wall on client as permissive for all to cdp_administrator
    using ((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)))
    with check (((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)) AND ((revoked_at IS NOT NULL) OR (scopes <@ ( SELECT allowed_scopes() AS allowed_scopes)))));
create policy customer_wall on client as permissive for select to cdp_customer
    using ((( SELECT scope_customer('customer'::text) AS scope_customer) IS NOT NULL));
create policy doorman_wall on client as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on client as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on client as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table confirmation (
    code_hash bytea not null,
    organization_id uuid not null,
    subject_id uuid not null,
    made_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX confirmation_subject ON confirmation USING btree (subject_id);
alter table confirmation add constraint confirmation_code_hash_check CHECK ((octet_length(code_hash) = 32));
alter table confirmation add constraint confirmation_pkey PRIMARY KEY (code_hash);
alter table confirmation owner to cdp_owner, enable row level security, force row level security;
grant delete on confirmation to cdp_operator;
grant delete, insert, select on confirmation to cdp_keeper;
grant select (expires_at) on confirmation to cdp_operator;
grant update (used_at) on confirmation to cdp_keeper;
create policy keeper on confirmation as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on confirmation as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table consent_outbox (
    entry_id bigint not null generated always as identity,
    fact text not null,
    customer_id uuid not null,
    fact_id uuid not null,
    seq bigint,
    facts jsonb,
    at timestamp with time zone not null,
    salt bytea not null,
    held text,
    held_since timestamp with time zone
);
CREATE INDEX consent_outbox_held ON consent_outbox USING btree (customer_id) WHERE (held IS NOT NULL);
alter table consent_outbox add constraint consent_outbox_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table consent_outbox add constraint consent_outbox_check CHECK (((held IS NULL) OR (held_since IS NOT NULL)));
alter table consent_outbox add constraint consent_outbox_fact_check CHECK ((fact = ANY (ARRAY['act'::text, 'link'::text, 'wish'::text, 'message'::text, 'firing'::text, 'reply'::text, 'demand'::text, 'erasure'::text, 'policy'::text])));
alter table consent_outbox add constraint consent_outbox_held_since_is_told CHECK (((held_since >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (held_since <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table consent_outbox add constraint consent_outbox_pkey PRIMARY KEY (entry_id);
alter table consent_outbox add constraint consent_outbox_salt_check CHECK ((octet_length(salt) = 32));
alter table consent_outbox owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on consent_outbox to cdp_sequencer;
grant insert on consent_outbox to cdp_keeper;
grant update (held, held_since) on consent_outbox to cdp_sequencer;
create policy keeper on consent_outbox as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on consent_outbox as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table contact (
    customer_id uuid not null,
    contact_id uuid not null,
    organization_id uuid not null,
    client_id text,
    purpose text not null,
    topic text not null,
    root text not null,
    sender text not null,
    channels text[] not null,
    state text not null,
    at timestamp with time zone not null,
    until timestamp with time zone not null,
    manner text,
    subject_id uuid,
    noted_at timestamp with time zone not null
);
CREATE INDEX contact_counted ON contact USING btree (customer_id, organization_id, root, until);
CREATE INDEX contact_open ON contact USING btree (until) WHERE (state <> 'made'::text);
alter table contact add constraint contact_check CHECK (((state = 'made'::text) = (manner IS NOT NULL)));
alter table contact add constraint contact_check1 CHECK (((state <> 'made'::text) OR (cardinality(channels) = 1)));
alter table contact add constraint contact_manner_check CHECK ((manner = ANY (ARRAY['as-allowed'::text, 'unasked'::text, 'late'::text, 'other-channel'::text, 'other-speaker'::text])));
alter table contact add constraint contact_pkey PRIMARY KEY (customer_id, contact_id);
alter table contact add constraint contact_sender_check CHECK ((sender = ANY (ARRAY['human'::text, 'computer'::text])));
alter table contact add constraint contact_state_check CHECK ((state = ANY (ARRAY['reserved'::text, 'cancelled'::text, 'made'::text])));
alter table contact owner to cdp_owner, enable row level security, force row level security;
grant delete on contact to cdp_operator;
grant delete, insert, select, update on contact to cdp_keeper;
grant select (state, until) on contact to cdp_operator;
grant select on contact to cdp_customer;
grant select on contact to cdp_exporter;
create policy customer_wall on contact as permissive for select to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_wall on contact as permissive for select to cdp_exporter
    using ((organization_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)));
create policy keeper on contact as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on contact as permissive for all to cdp_operator
    using ((( SELECT is_sealed('operator'::text) AS is_sealed) AND (state <> 'made'::text)));

create table contact_turn (
    customer_id uuid not null,
    organization_id uuid not null,
    root text not null,
    turn bigint not null
);
alter table contact_turn add constraint contact_turn_pkey PRIMARY KEY (customer_id, organization_id, root);
alter table contact_turn owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on contact_turn to cdp_keeper;
grant select on contact_turn to cdp_exporter;
create policy exporter_wall on contact_turn as permissive for select to cdp_exporter
    using ((organization_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)));
create policy keeper on contact_turn as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table cosignature (
    log_id smallint not null,
    size bigint not null,
    vkey text not null,
    line text not null,
    seen_at timestamp with time zone not null
);
CREATE INDEX cosignature_witness ON cosignature USING btree (log_id, vkey, size);
alter table cosignature add constraint cosignature_log_id_size_fkey FOREIGN KEY (log_id, size) REFERENCES checkpoint(log_id, size);
alter table cosignature add constraint cosignature_pkey PRIMARY KEY (log_id, size, vkey);
alter table cosignature owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON cosignature FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on cosignature to cdp_sequencer;
grant select on cosignature to cdp_auditor;
grant select on cosignature to cdp_customer;
grant select on cosignature to cdp_visitor;
create policy auditor_wall on cosignature as permissive for select to cdp_auditor
    using (( SELECT is_sealed('auditor'::text) AS is_sealed));
create policy customer_wall on cosignature as permissive for select to cdp_customer
    using ((( SELECT scope_customer('customer'::text) AS scope_customer) IS NOT NULL));
create policy sequencer_wall on cosignature as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy visitor_wall on cosignature as permissive for select to cdp_visitor
    using (( SELECT is_sealed('visitor'::text) AS is_sealed));

create table customer (
    customer_id uuid not null,
    created_at timestamp with time zone not null,
    claimed_at timestamp with time zone,
    merged_into uuid,
    epoch bigint not null default 0,
    details jsonb not null default '{}'::jsonb
);
CREATE INDEX customer_merged ON customer USING btree (merged_into) WHERE (merged_into IS NOT NULL);
alter table customer add constraint customer_pkey PRIMARY KEY (customer_id);
alter table customer owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on customer to cdp_keeper;
grant select (claimed_at, created_at, customer_id, merged_into) on customer to cdp_operator;
grant select (customer_id, merged_into) on customer to cdp_exporter;
grant select (customer_id, merged_into) on customer to cdp_reader;
grant select (customer_id, merged_into) on customer to cdp_sequencer;
grant select on customer to cdp_customer;
grant update (details) on customer to cdp_customer;
create policy customer_wall on customer as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_wall on customer as permissive for select to cdp_exporter
    using ((EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = customer.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND (GREATEST(p.expires_at, p.attested_expires_at) > statement_timestamp())))));
create policy keeper on customer as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on customer as permissive for select to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy reader_wall on customer as permissive for select to cdp_reader
    using ((customer_id = ( SELECT scope_customer('reader'::text) AS scope_customer)));
create policy sequencer_wall on customer as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table data_key (
    customer_id uuid not null,
    subject_id uuid not null,
    wrapped bytea not null,
    generation integer not null,
    created_at timestamp with time zone not null
);
CREATE INDEX data_key_generation ON data_key USING btree (generation, subject_id);
alter table data_key add constraint data_key_pkey PRIMARY KEY (customer_id, subject_id);
alter table data_key owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on data_key to cdp_keeper;
grant select (customer_id, subject_id, wrapped) on data_key to cdp_exporter;
grant select (customer_id, subject_id, wrapped) on data_key to cdp_matcher;
grant select (customer_id, subject_id, wrapped) on data_key to cdp_reader;
grant select on data_key to cdp_customer;
grant select on data_key to cdp_keymaster;
grant update (generation, wrapped) on data_key to cdp_keymaster;
create policy customer_wall on data_key as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_gate on data_key as restrictive for select to cdp_exporter
    using ((EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = data_key.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND (GREATEST(p.expires_at, p.attested_expires_at) > statement_timestamp())))));
create policy exporter_wall on data_key as permissive for select to cdp_exporter
    using (( SELECT is_sealed('exporter'::text) AS is_sealed));
create policy keeper on data_key as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy keymaster_wall on data_key as permissive for all to cdp_keymaster
    using (( SELECT is_sealed('keymaster'::text) AS is_sealed))
    with check (( SELECT is_sealed('keymaster'::text) AS is_sealed));
create policy matcher_wall on data_key as permissive for select to cdp_matcher
    using (( SELECT is_sealed('matcher'::text) AS is_sealed));
create policy reader_gate on data_key as restrictive for select to cdp_reader
    using ((( SELECT gate() AS gate) <> '{}'::text[]));
create policy reader_wall on data_key as permissive for select to cdp_reader
    using ((customer_id = ( SELECT app_customer() AS app_customer)));

create table delivery (
    source_id uuid not null,
    delivery_id uuid not null,
    received_at timestamp with time zone not null
);
CREATE INDEX delivery_age ON delivery USING brin (received_at);
alter table delivery add constraint delivery_pkey PRIMARY KEY (source_id, delivery_id);
alter table delivery owner to cdp_owner, enable row level security, force row level security;
grant delete, select on delivery to cdp_keeper;
grant delete, select on delivery to cdp_operator;
grant insert, select on delivery to cdp_source;
create policy keeper on delivery as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on delivery as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on delivery as permissive for all to cdp_source
    using ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table demand (
    customer_id uuid not null,
    demand_id uuid not null,
    organization_id uuid not null,
    kind text not null,
    record_id uuid,
    access_id uuid,
    category text,
    type text,
    told uuid[] not null default '{}'::uuid[],
    asked_at timestamp with time zone not null,
    due_at timestamp with time zone not null,
    extended_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    answered_at timestamp with time zone,
    answer text,
    reason text,
    kept_until date,
    subject_id uuid not null,
    words bytea,
    answer_words bytea
);
CREATE INDEX demand_id ON demand USING btree (demand_id);
CREATE INDEX demand_organization ON demand USING btree (organization_id, asked_at, demand_id);
CREATE UNIQUE INDEX demand_open ON demand USING btree (customer_id, COALESCE(record_id, access_id), kind) WHERE ((answered_at IS NULL) AND (withdrawn_at IS NULL));
alter table demand add constraint demand_answer_check CHECK ((answer = ANY (ARRAY['done'::text, 'refused'::text])));
alter table demand add constraint demand_asked_at_is_told CHECK (((asked_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (asked_at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table demand add constraint demand_check CHECK (((answered_at IS NULL) = (answer IS NULL)));
alter table demand add constraint demand_kind_check CHECK ((kind = ANY (ARRAY['correct'::text, 'dispute'::text, 'erase'::text, 'look'::text])));
alter table demand add constraint demand_pkey PRIMARY KEY (customer_id, demand_id);
alter table demand owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER logged AFTER INSERT ON demand REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_demands();
grant delete, select, update on demand to cdp_keeper;
grant insert, select on demand to cdp_customer;
grant select (answer, answered_at, asked_at, demand_id, due_at, extended_at, kind, organization_id, withdrawn_at) on demand to cdp_operator;
grant select (answered_at, asked_at, category, customer_id, due_at, kind, organization_id, type, withdrawn_at) on demand to cdp_exporter;
grant select (asked_at, demand_id) on demand to cdp_sequencer;
grant update (withdrawn_at) on demand to cdp_customer;
create policy customer_wall on demand as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_gate on demand as restrictive for select to cdp_exporter
    using ((EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = demand.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND (standing_reason(p.*, statement_timestamp()) = ANY (ARRAY['granted'::text, 'attested'::text]))))));
create policy exporter_wall on demand as permissive for select to cdp_exporter
    using ((organization_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)));
create policy keeper on demand as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on demand as permissive for select to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy sequencer_wall on demand as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table evidence (
    customer_id uuid not null,
    evidence_id uuid not null,
    subject_id uuid not null,
    source_id uuid not null,
    received_at timestamp with time zone not null,
    sealed bytea not null
);
alter table evidence add constraint evidence_pkey PRIMARY KEY (customer_id, evidence_id);
alter table evidence owner to cdp_owner, enable row level security, force row level security;
grant delete, select on evidence to cdp_keeper;
grant insert on evidence to cdp_source;
grant select on evidence to cdp_customer;
grant update (customer_id) on evidence to cdp_keeper;
create policy customer_wall on evidence as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on evidence as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy source_wall on evidence as permissive for insert to cdp_source
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table external_login (
    subject_hash bytea not null,
    customer_id uuid not null,
    external_id uuid not null,
    made_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX external_login_customer ON external_login USING btree (customer_id);
alter table external_login add constraint external_login_external_id_key UNIQUE (external_id);
alter table external_login add constraint external_login_pkey PRIMARY KEY (subject_hash);
alter table external_login owner to cdp_owner, enable row level security, force row level security;
grant delete, select on external_login to cdp_keeper;
grant insert, select on external_login to cdp_doorman;
grant select on external_login to cdp_customer;
grant update (customer_id, external_id, made_at, used_at) on external_login to cdp_doorman;
create policy customer_wall on external_login as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy doorman_wall on external_login as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on external_login as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table family_token (
    token_hash bytea not null,
    family_id uuid not null,
    customer_id uuid not null,
    kind text not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX family_token_family ON family_token USING btree (family_id);
alter table family_token add constraint family_token_family_id_fkey FOREIGN KEY (family_id) REFERENCES token_family(family_id) ON DELETE CASCADE;
alter table family_token add constraint family_token_kind_check CHECK ((kind = ANY (ARRAY['code'::text, 'refresh'::text])));
alter table family_token add constraint family_token_pkey PRIMARY KEY (token_hash);
alter table family_token add constraint family_token_token_hash_check CHECK ((octet_length(token_hash) = 32));
alter table family_token owner to cdp_owner, enable row level security, force row level security;
grant insert on family_token to cdp_customer;
grant insert, select on family_token to cdp_doorman;
grant update (used_at) on family_token to cdp_doorman;
create policy customer_wall on family_token as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy doorman_wall on family_token as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));

create table firing (
    customer_id uuid not null,
    firing_id uuid not null,
    organization_id uuid not null,
    rule_id uuid not null,
    record_id uuid not null,
    facts jsonb not null,
    at timestamp with time zone not null
);
CREATE INDEX firing_organization ON firing USING btree (organization_id, rule_id, at);
alter table firing add constraint firing_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table firing add constraint firing_pkey PRIMARY KEY (customer_id, firing_id);
alter table firing owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on firing to cdp_keeper;
grant select (at, firing_id) on firing to cdp_sequencer;
create policy keeper on firing as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on firing as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table idempotency (
    caller text not null,
    key_hash bytea not null,
    digest bytea not null,
    call_id uuid not null,
    status integer,
    answer bytea,
    at timestamp with time zone not null
);
alter table idempotency add constraint idempotency_pkey PRIMARY KEY (caller, key_hash);
alter table idempotency owner to cdp_owner, enable row level security, force row level security;
grant delete on idempotency to cdp_operator;
grant delete, insert, select on idempotency to cdp_administrator;
grant delete, insert, select on idempotency to cdp_customer;
grant delete, insert, select on idempotency to cdp_doorman;
grant delete, insert, select on idempotency to cdp_source;
grant delete, select on idempotency to cdp_keeper;
grant select (at) on idempotency to cdp_operator;
grant update (answer, at, status) on idempotency to cdp_administrator;
grant update (answer, at, status) on idempotency to cdp_customer;
grant update (answer, at, status) on idempotency to cdp_doorman;
grant update (answer, at, status) on idempotency to cdp_source;
create policy administrator_wall on idempotency as permissive for all to cdp_administrator
    using ((caller = (( SELECT scope_organization('administrator'::text) AS scope_organization))::text))
    with check ((caller = (( SELECT scope_organization('administrator'::text) AS scope_organization))::text));
create policy customer_wall on idempotency as permissive for all to cdp_customer
    using ((caller = (( SELECT scope_customer('customer'::text) AS scope_customer))::text))
    with check ((caller = (( SELECT scope_customer('customer'::text) AS scope_customer))::text));
create policy doorman_wall on idempotency as permissive for all to cdp_doorman
    using ((( SELECT is_sealed('doorman'::text) AS is_sealed) AND (caller = 'session'::text)))
    with check ((( SELECT is_sealed('doorman'::text) AS is_sealed) AND (caller = 'session'::text)));
create policy keeper on idempotency as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on idempotency as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on idempotency as permissive for all to cdp_source
    using ((caller = (( SELECT scope_organization('source'::text) AS scope_organization))::text))
    with check ((caller = (( SELECT scope_organization('source'::text) AS scope_organization))::text));

create table identifier (
    customer_id uuid not null,
    subject_id uuid not null,
    source_id uuid not null,
    category text not null,
    type text not null,
    blind bytea not null,
    is_verified boolean not null,
    since timestamp with time zone not null,
    sealed bytea
);
CREATE INDEX identifier_blind ON identifier USING btree (type, blind);
alter table identifier add constraint identifier_blind_check CHECK ((octet_length(blind) = 16));
alter table identifier add constraint identifier_pkey PRIMARY KEY (customer_id, subject_id, type, blind);
alter table identifier add constraint identifier_type_check CHECK ((type = ANY (ARRAY['email'::text, 'phone'::text, 'customer_number'::text])));
alter table identifier owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on identifier to cdp_keeper;
grant select (blind, customer_id, is_verified, sealed, source_id, subject_id, type) on identifier to cdp_matcher;
grant select on identifier to cdp_customer;
grant select on identifier to cdp_exporter;
create policy customer_wall on identifier as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_gate on identifier as restrictive for select to cdp_exporter
    using ((EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = identifier.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id, identifier.source_id, identifier.category, statement_timestamp())))));
create policy exporter_wall on identifier as permissive for select to cdp_exporter
    using (( SELECT is_sealed('exporter'::text) AS is_sealed));
create policy keeper on identifier as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy matcher_wall on identifier as permissive for select to cdp_matcher
    using ((( SELECT is_sealed('matcher'::text) AS is_sealed) AND ((type <> 'customer_number'::text) OR is_verified)));

create table identity_limit (
    name text not null,
    most integer not null
);
alter table identity_limit add constraint identity_limit_most_check CHECK ((most >= 0));
alter table identity_limit add constraint identity_limit_pkey PRIMARY KEY (name);
alter table identity_limit owner to cdp_owner, enable row level security, force row level security;
grant select on identity_limit to cdp_keeper;
grant select on identity_limit to cdp_operator;
grant update (most) on identity_limit to cdp_operator;
create policy keeper on identity_limit as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on identity_limit as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table import_job (
    source_id uuid not null,
    fingerprint bytea not null,
    "position" bigint not null,
    counts jsonb not null,
    updated_at timestamp with time zone not null,
    done_at timestamp with time zone
);
alter table import_job add constraint import_job_pkey PRIMARY KEY (source_id, fingerprint);
alter table import_job owner to cdp_owner, enable row level security, force row level security;
grant delete, select on import_job to cdp_keeper;
grant insert, select, update on import_job to cdp_source;
grant select on import_job to cdp_operator;
create policy keeper on import_job as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on import_job as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on import_job as permissive for all to cdp_source
    using ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table interaction (
    customer_id uuid not null,
    record_id uuid not null,
    subject_id uuid not null,
    source_id uuid not null,
    category text not null,
    type text not null,
    channel text,
    speaker text,
    direction text,
    occurred_at timestamp with time zone not null,
    received_at timestamp with time zone not null,
    disputed_at timestamp with time zone,
    sealed bytea not null,
    queryable jsonb
) partition by RANGE (occurred_at);
CREATE INDEX interaction_record ON interaction USING btree (record_id);
CREATE INDEX interaction_source ON interaction USING btree (source_id, type, category);
alter table interaction add constraint interaction_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text])));
alter table interaction add constraint interaction_pkey PRIMARY KEY (customer_id, occurred_at, record_id);
alter table interaction add constraint interaction_speaker_check CHECK ((speaker = ANY (ARRAY['human'::text, 'computer'::text])));
alter table interaction owner to cdp_owner, enable row level security, force row level security;
grant delete, select on interaction to cdp_keeper;
grant insert on interaction to cdp_source;
grant select (category, customer_id, occurred_at, record_id, source_id, type) on interaction to cdp_operator;
grant select (category, customer_id, occurred_at, record_id, source_id, type) on interaction to cdp_source;
grant select on interaction to cdp_customer;
grant select on interaction to cdp_exporter;
grant select on interaction to cdp_reader;
grant update (category) on interaction to cdp_operator;
grant update (category) on interaction to cdp_source;
grant update (customer_id, disputed_at) on interaction to cdp_keeper;
grant update (disputed_at) on interaction to cdp_customer;
create policy customer_wall on interaction as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_gate on interaction as restrictive for select to cdp_exporter
    using ((EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = interaction.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id, interaction.source_id, interaction.category, statement_timestamp())))));
create policy exporter_wall on interaction as permissive for select to cdp_exporter
    using (( SELECT is_sealed('exporter'::text) AS is_sealed));
create policy keeper on interaction as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on interaction as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy reader_gate on interaction as restrictive for select to cdp_reader
    using ((words_of(source_id, category) && ( SELECT gate() AS gate)));
create policy reader_wall on interaction as permissive for select to cdp_reader
    using ((customer_id = ( SELECT app_customer() AS app_customer)));
create policy source_wall on interaction as permissive for all to cdp_source
    using (((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)) IS TRUE))
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table key_destruction (
    subject_id uuid not null,
    wrapped bytea not null,
    at timestamp with time zone not null,
    done_at timestamp with time zone
);
CREATE INDEX key_destruction_waiting ON key_destruction USING btree (subject_id) WHERE (done_at IS NULL);
alter table key_destruction add constraint key_destruction_pkey PRIMARY KEY (subject_id);
alter table key_destruction owner to cdp_owner, enable row level security, force row level security;
grant insert, select on key_destruction to cdp_keeper;
grant select on key_destruction to cdp_keymaster;
grant update (done_at) on key_destruction to cdp_keymaster;
create policy keeper on key_destruction as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy keymaster_wall on key_destruction as permissive for all to cdp_keymaster
    using (( SELECT is_sealed('keymaster'::text) AS is_sealed))
    with check (( SELECT is_sealed('keymaster'::text) AS is_sealed));

create table key_floor (
    is_only boolean not null default true,
    generation integer not null default 1
);
alter table key_floor add constraint key_floor_is_only_check CHECK (is_only);
alter table key_floor add constraint key_floor_pkey PRIMARY KEY (is_only);
alter table key_floor owner to cdp_owner, enable row level security, force row level security;
grant select on key_floor to cdp_keeper;
grant select on key_floor to cdp_keymaster;
grant update (generation) on key_floor to cdp_keymaster;
create policy keeper on key_floor as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy keymaster_wall on key_floor as permissive for all to cdp_keymaster
    using (( SELECT is_sealed('keymaster'::text) AS is_sealed))
    with check (( SELECT is_sealed('keymaster'::text) AS is_sealed));

create table leaf (
    log_id smallint not null,
    "position" bigint not null,
    leaf bytea not null
);
alter table leaf add constraint leaf_leaf_check CHECK ((octet_length(leaf) = 34));
alter table leaf add constraint leaf_pkey PRIMARY KEY (log_id, "position");
alter table leaf owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on leaf to cdp_sequencer;
grant select on leaf to cdp_auditor;
grant select on leaf to cdp_customer;
grant select on leaf to cdp_visitor;
create policy auditor_wall on leaf as permissive for select to cdp_auditor
    using (( SELECT is_sealed('auditor'::text) AS is_sealed));
create policy customer_wall on leaf as permissive for select to cdp_customer
    using ((( SELECT scope_customer('customer'::text) AS scope_customer) IS NOT NULL));
create policy sequencer_wall on leaf as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy visitor_wall on leaf as permissive for select to cdp_visitor
    using (( SELECT is_sealed('visitor'::text) AS is_sealed));

create table likeness (
    customer_id uuid not null,
    subject_id uuid not null,
    source_id uuid not null,
    keys bigint[] not null,
    sealed bytea not null,
    at timestamp with time zone not null
);
CREATE UNIQUE INDEX likeness_subject ON likeness USING btree (subject_id);
alter table likeness add constraint likeness_pkey PRIMARY KEY (customer_id, subject_id);
alter table likeness owner to cdp_owner, enable row level security, force row level security;
grant delete, select on likeness to cdp_keeper;
grant insert, select on likeness to cdp_matcher;
grant update (at, keys, sealed) on likeness to cdp_matcher;
grant update (customer_id) on likeness to cdp_keeper;
create policy keeper on likeness as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy matcher_wall on likeness as permissive for all to cdp_matcher
    using (( SELECT is_sealed('matcher'::text) AS is_sealed))
    with check (( SELECT is_sealed('matcher'::text) AS is_sealed));

create table link (
    customer_id uuid not null,
    link_id uuid not null,
    merge_id uuid not null,
    subject_id uuid not null,
    from_id uuid not null,
    kind text not null,
    reason text not null,
    evidence jsonb not null default '{}'::jsonb,
    at timestamp with time zone not null
);
alter table link add constraint link_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table link add constraint link_kind_check CHECK ((kind = ANY (ARRAY['link'::text, 'unlink'::text])));
alter table link add constraint link_pkey PRIMARY KEY (customer_id, link_id);
alter table link owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER logged AFTER INSERT ON link REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_links();
grant delete, insert, select on link to cdp_keeper;
grant select (at, customer_id, from_id, kind, link_id, reason, subject_id) on link to cdp_sequencer;
grant select on link to cdp_customer;
create policy customer_wall on link as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on link as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on link as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table log (
    log_id smallint not null,
    kind text not null,
    name text not null,
    origin text not null,
    size bigint not null default 0,
    begun_at timestamp with time zone not null,
    ended_at timestamp with time zone
);
alter table log add constraint log_begun_at_is_told CHECK (((begun_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (begun_at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table log add constraint log_ended_at_is_told CHECK (((ended_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (ended_at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table log add constraint log_kind_check CHECK ((kind = ANY (ARRAY['consent'::text, 'access'::text])));
alter table log add constraint log_name_check CHECK ((name ~ '^[a-z][a-z0-9-]{1,39}$'::text));
alter table log add constraint log_name_key UNIQUE (name);
alter table log add constraint log_origin_key UNIQUE (origin);
alter table log add constraint log_pkey PRIMARY KEY (log_id);
alter table log add constraint log_size_check CHECK ((size >= 0));
alter table log owner to cdp_owner, enable row level security, force row level security;
grant insert, select on log to cdp_sequencer;
grant select on log to cdp_auditor;
grant select on log to cdp_customer;
grant select on log to cdp_visitor;
grant update (ended_at, size) on log to cdp_sequencer;
create policy auditor_wall on log as permissive for select to cdp_auditor
    using (( SELECT is_sealed('auditor'::text) AS is_sealed));
create policy customer_wall on log as permissive for select to cdp_customer
    using ((( SELECT scope_customer('customer'::text) AS scope_customer) IS NOT NULL));
create policy sequencer_wall on log as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy visitor_wall on log as permissive for select to cdp_visitor
    using (( SELECT is_sealed('visitor'::text) AS is_sealed));

create table log_key (
    log_id smallint not null,
    vkey text not null,
    added_at timestamp with time zone not null
);
alter table log_key add constraint log_key_added_at_is_told CHECK (((added_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (added_at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table log_key add constraint log_key_log_id_fkey FOREIGN KEY (log_id) REFERENCES log(log_id);
alter table log_key add constraint log_key_pkey PRIMARY KEY (log_id, vkey);
alter table log_key owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON log_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on log_key to cdp_sequencer;
grant select on log_key to cdp_auditor;
grant select on log_key to cdp_customer;
grant select on log_key to cdp_visitor;
create policy auditor_wall on log_key as permissive for select to cdp_auditor
    using (( SELECT is_sealed('auditor'::text) AS is_sealed));
create policy customer_wall on log_key as permissive for select to cdp_customer
    using ((( SELECT scope_customer('customer'::text) AS scope_customer) IS NOT NULL));
create policy sequencer_wall on log_key as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy visitor_wall on log_key as permissive for select to cdp_visitor
    using (( SELECT is_sealed('visitor'::text) AS is_sealed));

create table login_link (
    link_hash bytea not null,
    email_blind bytea not null,
    asker_blind bytea not null,
    sealed_email bytea not null,
    browser_hash bytea,
    code_hash bytea,
    sealed_for_code bytea,
    code_tries smallint not null default 0,
    link_tries smallint not null default 0,
    asked_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX login_link_asker ON login_link USING btree (asker_blind, asked_at);
CREATE INDEX login_link_browser ON login_link USING btree (browser_hash) WHERE (browser_hash IS NOT NULL);
CREATE INDEX login_link_email ON login_link USING btree (email_blind, asked_at);
alter table login_link add constraint login_link_pkey PRIMARY KEY (link_hash);
alter table login_link owner to cdp_owner, enable row level security, force row level security;
grant delete, select on login_link to cdp_keeper;
grant delete, select on login_link to cdp_operator;
grant insert, select on login_link to cdp_doorman;
grant update (code_tries, link_tries, used_at) on login_link to cdp_doorman;
create policy doorman_wall on login_link as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on login_link as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on login_link as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table match_due (
    subject_id uuid not null,
    is_kept boolean not null default false,
    source_id uuid not null,
    at timestamp with time zone not null
);
CREATE INDEX match_due_age ON match_due USING btree (is_kept, at, subject_id);
alter table match_due add constraint match_due_pkey PRIMARY KEY (subject_id, is_kept);
alter table match_due owner to cdp_owner, enable row level security, force row level security;
grant delete, select on match_due to cdp_keeper;
grant insert on match_due to cdp_source;
grant insert, select on match_due to cdp_matcher;
grant update (at) on match_due to cdp_keeper;
create policy keeper on match_due as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy matcher_wall on match_due as permissive for all to cdp_matcher
    using (( SELECT is_sealed('matcher'::text) AS is_sealed))
    with check (( SELECT is_sealed('matcher'::text) AS is_sealed));
create policy source_wall on match_due as permissive for insert to cdp_source
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table match_key (
    key bigint not null,
    subject_id uuid not null,
    knows smallint not null default 0
);
alter table match_key add constraint match_key_pkey PRIMARY KEY (key, subject_id) INCLUDE (knows);
alter table match_key owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on match_key to cdp_matcher;
grant delete, select on match_key to cdp_keeper;
grant update (knows) on match_key to cdp_matcher;
create policy keeper on match_key as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy matcher_wall on match_key as permissive for all to cdp_matcher
    using (( SELECT is_sealed('matcher'::text) AS is_sealed))
    with check (( SELECT is_sealed('matcher'::text) AS is_sealed));

create table merge_count (
    hour timestamp with time zone not null,
    kind text not null,
    source_id uuid not null,
    shard smallint not null,
    merges integer not null
);
alter table merge_count add constraint merge_count_pkey PRIMARY KEY (hour, kind, source_id, shard);
alter table merge_count owner to cdp_owner, enable row level security, force row level security;
grant delete, select on merge_count to cdp_operator;
grant insert, select on merge_count to cdp_keeper;
grant update (merges) on merge_count to cdp_keeper;
create policy keeper on merge_count as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on merge_count as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table message (
    customer_id uuid not null,
    message_id uuid not null,
    organization_id uuid not null,
    client_id text,
    code_hash bytea not null,
    text_hash bytea,
    digest bytea not null,
    is_addressed boolean not null,
    channel text not null,
    sender_kind text,
    sender text,
    speaker text not null,
    topic text,
    at timestamp with time zone not null,
    until timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    registered_at timestamp with time zone not null,
    subject_id uuid,
    sealed bytea,
    is_listed boolean not null,
    checks integer not null default 0
);
CREATE INDEX message_expiry ON message USING btree (expires_at);
CREATE INDEX message_sender ON message USING btree (customer_id, sender, at);
CREATE INDEX message_text ON message USING btree (text_hash, at) WHERE (text_hash IS NOT NULL);
CREATE INDEX message_to_many ON message USING btree (sender, at) WHERE (NOT is_addressed);
CREATE UNIQUE INDEX message_code ON message USING btree (code_hash);
alter table message add constraint message_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table message add constraint message_check CHECK (((until >= at) AND ((sender IS NULL) = (sender_kind IS NULL)) AND ((sealed IS NULL) = (subject_id IS NULL))));
alter table message add constraint message_code_hash_check CHECK ((octet_length(code_hash) = 32));
alter table message add constraint message_digest_check CHECK ((octet_length(digest) = 32));
alter table message add constraint message_pkey PRIMARY KEY (customer_id, message_id);
alter table message add constraint message_registered_at_is_told CHECK (((registered_at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (registered_at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table message add constraint message_speaker_check CHECK ((speaker = ANY (ARRAY['human'::text, 'computer'::text])));
alter table message add constraint message_text_hash_check CHECK ((octet_length(text_hash) = 32));
alter table message owner to cdp_owner, enable row level security, force row level security;
grant delete on message to cdp_operator;
grant delete, insert, select on message to cdp_keeper;
grant select (customer_id, expires_at) on message to cdp_operator;
grant select (message_id, registered_at) on message to cdp_sequencer;
grant select on message to cdp_customer;
grant update (checks, sealed, subject_id) on message to cdp_keeper;
create policy customer_wall on message as permissive for select to cdp_customer
    using ((customer_id = ANY (( SELECT own_customers() AS own_customers)::uuid[])));
create policy keeper on message as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on message as permissive for all to cdp_operator
    using ((( SELECT is_sealed('operator'::text) AS is_sealed) AND (customer_id = '00000000-0000-0000-0000-000000000000'::uuid)));
create policy sequencer_wall on message as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table message_report (
    customer_id uuid not null,
    report_id uuid not null,
    organization_id uuid not null,
    kind text not null,
    message_id uuid,
    channel text,
    sender_kind text,
    sender text,
    at timestamp with time zone not null
);
CREATE INDEX message_report_organization ON message_report USING btree (organization_id, at, report_id);
CREATE UNIQUE INDEX message_report_once ON message_report USING btree (customer_id, message_id) WHERE (message_id IS NOT NULL);
alter table message_report add constraint message_report_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table message_report add constraint message_report_check CHECK (((kind = 'was-a-computer'::text) = (message_id IS NOT NULL)));
alter table message_report add constraint message_report_check1 CHECK (((sender IS NULL) = (sender_kind IS NULL)));
alter table message_report add constraint message_report_kind_check CHECK ((kind = ANY (ARRAY['false-message'::text, 'was-a-computer'::text])));
alter table message_report add constraint message_report_pkey PRIMARY KEY (customer_id, report_id);
alter table message_report owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on message_report to cdp_keeper;
grant select (at, channel, kind, message_id, organization_id, report_id, sender, sender_kind) on message_report to cdp_source;
grant select (at, kind, report_id) on message_report to cdp_sequencer;
grant select on message_report to cdp_customer;
create policy customer_wall on message_report as permissive for select to cdp_customer
    using ((customer_id = ANY (( SELECT own_customers() AS own_customers)::uuid[])));
create policy keeper on message_report as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on message_report as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy source_wall on message_report as permissive for select to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table node (
    log_id smallint not null,
    level smallint not null,
    "position" bigint not null,
    hash bytea not null
);
alter table node add constraint node_hash_check CHECK ((octet_length(hash) = 32));
alter table node add constraint node_level_check CHECK (((level >= 1) AND (level <= 7)));
alter table node add constraint node_pkey PRIMARY KEY (log_id, level, "position");
alter table node owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER written_once BEFORE DELETE OR UPDATE OR TRUNCATE ON node FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant insert, select on node to cdp_sequencer;
grant select on node to cdp_auditor;
grant select on node to cdp_customer;
grant select on node to cdp_visitor;
create policy auditor_wall on node as permissive for select to cdp_auditor
    using (( SELECT is_sealed('auditor'::text) AS is_sealed));
create policy customer_wall on node as permissive for select to cdp_customer
    using ((( SELECT scope_customer('customer'::text) AS scope_customer) IS NOT NULL));
create policy sequencer_wall on node as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy visitor_wall on node as permissive for select to cdp_visitor
    using (( SELECT is_sealed('visitor'::text) AS is_sealed));

create table offer (
    organization_id uuid not null,
    offer_id uuid not null,
    kind text not null,
    purpose text not null,
    words jsonb not null,
    expression text not null,
    has_legal_effect boolean not null,
    valid_from timestamp with time zone not null,
    valid_until timestamp with time zone not null,
    registered_at timestamp with time zone not null,
    ended_at timestamp with time zone
);
CREATE INDEX offer_kind_of ON offer USING btree (kind);
alter table offer add constraint offer_check CHECK ((valid_until > valid_from));
alter table offer add constraint offer_kind_fkey FOREIGN KEY (kind) REFERENCES offer_kind(offer_kind);
alter table offer add constraint offer_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table offer add constraint offer_pkey PRIMARY KEY (organization_id, offer_id);
alter table offer add constraint offer_purpose_fkey FOREIGN KEY (purpose) REFERENCES purpose(purpose);
alter table offer owner to cdp_owner, enable row level security, force row level security;
grant delete, select on offer to cdp_keeper;
grant insert, select on offer to cdp_source;
grant update (ended_at) on offer to cdp_source;
create policy keeper on offer as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy source_wall on offer as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table offer_kind (
    offer_kind text not null,
    place integer not null,
    details jsonb not null
);
alter table offer_kind add constraint offer_kind_pkey PRIMARY KEY (offer_kind);
alter table offer_kind owner to cdp_owner, enable row level security, force row level security;
grant insert, select, update on offer_kind to cdp_operator;
grant select on offer_kind to cdp_auditor;
grant select on offer_kind to cdp_customer;
grant select on offer_kind to cdp_doorman;
grant select on offer_kind to cdp_exporter;
grant select on offer_kind to cdp_reader;
grant select on offer_kind to cdp_sequencer;
grant select on offer_kind to cdp_source;
create policy catalog on offer_kind as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy operator_wall on offer_kind as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table offer_shown (
    customer_id uuid not null,
    organization_id uuid not null,
    offer_id uuid not null,
    uses text[] not null,
    first_at timestamp with time zone not null,
    last_at timestamp with time zone not null,
    times integer not null default 1
);
CREATE INDEX offer_shown_organization ON offer_shown USING btree (organization_id, offer_id);
alter table offer_shown add constraint offer_shown_pkey PRIMARY KEY (customer_id, organization_id, offer_id);
alter table offer_shown owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on offer_shown to cdp_keeper;
grant update (last_at, times, uses) on offer_shown to cdp_keeper;
create policy keeper on offer_shown as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table opening (
    log_id smallint not null,
    "position" bigint not null,
    kind smallint not null,
    pseudonym uuid not null,
    organization_id uuid not null,
    seq bigint not null,
    fact_id uuid not null,
    salt bytea not null,
    body bytea not null
);
CREATE INDEX opening_chain ON opening USING btree (pseudonym, organization_id, log_id, "position");
CREATE INDEX opening_erasure ON opening USING btree (log_id, "position") WHERE (kind = 2);
CREATE INDEX opening_fact ON opening USING btree (fact_id) WHERE (kind = 1);
alter table opening add constraint opening_kind_check CHECK (((kind >= 1) AND (kind <= 5)));
alter table opening add constraint opening_pkey PRIMARY KEY (log_id, "position");
alter table opening add constraint opening_salt_check CHECK ((octet_length(salt) = 32));
alter table opening owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER written_once BEFORE UPDATE OR TRUNCATE ON opening FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant delete, insert, select on opening to cdp_sequencer;
grant select on opening to cdp_auditor;
grant select on opening to cdp_customer;
create policy auditor_wall on opening as permissive for select to cdp_auditor
    using ((( SELECT is_sealed('auditor'::text) AS is_sealed) AND ((( SELECT app_organization() AS app_organization) IS NULL) OR (organization_id = ( SELECT app_organization() AS app_organization)) OR ((kind >= 2) AND (kind <= 4) AND (organization_id = '00000000-0000-0000-0000-000000000000'::uuid) AND (pseudonym = '00000000-0000-0000-0000-000000000000'::uuid)))));
create policy customer_wall on opening as permissive for select to cdp_customer
    using ((pseudonym = ANY (( SELECT own_pseudonyms() AS own_pseudonyms)::uuid[])));
create policy sequencer_wall on opening as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table organization (
    organization_id uuid not null,
    slug text not null,
    name text not null,
    details jsonb not null default '{}'::jsonb,
    created_at timestamp with time zone not null default now(),
    verified_at timestamp with time zone,
    closed_at timestamp with time zone
);
alter table organization add constraint organization_pkey PRIMARY KEY (organization_id);
alter table organization add constraint organization_slug_check CHECK ((slug ~ '^[a-z][a-z0-9-]{1,39}$'::text));
alter table organization add constraint organization_slug_key UNIQUE (slug);
alter table organization owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER end_signal_streams AFTER UPDATE OF closed_at ON organization FOR EACH ROW WHEN ((new.closed_at IS NOT NULL)) EXECUTE FUNCTION end_signal_streams();
grant insert, select, update on organization to cdp_operator;
grant select on organization to cdp_administrator;
grant select on organization to cdp_auditor;
grant select on organization to cdp_customer;
grant select on organization to cdp_doorman;
grant select on organization to cdp_exporter;
grant select on organization to cdp_keeper;
grant select on organization to cdp_reader;
grant select on organization to cdp_sequencer;
grant select on organization to cdp_source;
grant update (closed_at, details, name) on organization to cdp_keeper;
grant update (details) on organization to cdp_administrator;
create policy administrator_says on organization as permissive for update to cdp_administrator
    using ((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)))
    with check (((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)) AND (ARRAY( SELECT jsonb_array_elements_text((organization.details -> 'scopes'::text)) AS jsonb_array_elements_text) = ( SELECT allowed_scopes() AS allowed_scopes))));
create policy administrator_wall on organization as permissive for select to cdp_administrator
    using ((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)));
create policy keeper on organization as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy names on organization as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy operator_wall on organization as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table passkey (
    credential_id bytea not null,
    customer_id uuid not null,
    passkey_id uuid not null,
    subject_id uuid not null,
    public_key bytea not null,
    sign_count bigint not null,
    is_synced boolean not null,
    sealed bytea not null,
    made_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX passkey_customer ON passkey USING btree (customer_id);
alter table passkey add constraint passkey_credential_id_check CHECK (((octet_length(credential_id) >= 16) AND (octet_length(credential_id) <= 1023)));
alter table passkey add constraint passkey_passkey_id_key UNIQUE (passkey_id);
alter table passkey add constraint passkey_pkey PRIMARY KEY (credential_id);
alter table passkey owner to cdp_owner, enable row level security, force row level security;
grant delete, select on passkey to cdp_keeper;
grant insert, select on passkey to cdp_doorman;
grant select on passkey to cdp_customer;
grant update (is_synced, sign_count, used_at) on passkey to cdp_doorman;
grant update (sealed) on passkey to cdp_customer;
create policy customer_wall on passkey as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy doorman_wall on passkey as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on passkey as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table permission (
    customer_id uuid not null,
    recipient_id uuid not null,
    purpose text not null,
    categories text[] not null,
    sources uuid[],
    expires_at timestamp with time zone,
    attested_categories text[] not null default '{}'::text[],
    attested_expires_at timestamp with time zone,
    stopped_categories text[] not null default '{}'::text[],
    stopped text,
    chosen_at timestamp with time zone,
    act_id uuid not null,
    since timestamp with time zone not null,
    changed_at timestamp with time zone not null,
    epoch bigint not null
);
CREATE INDEX permission_attested_end ON permission USING btree (attested_expires_at) WHERE ((attested_categories <> '{}'::text[]) AND (changed_at < attested_expires_at));
CREATE INDEX permission_end ON permission USING btree (expires_at) WHERE ((categories <> '{}'::text[]) AND (changed_at < expires_at));
CREATE INDEX permission_recipient ON permission USING btree (recipient_id, customer_id, purpose);
alter table permission add constraint permission_pkey PRIMARY KEY (customer_id, recipient_id, purpose);
alter table permission add constraint permission_stopped_check CHECK ((stopped = ANY (ARRAY['refused'::text, 'revoked'::text, 'objected'::text, 'erased'::text])));
alter table permission owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER acted AFTER INSERT OR UPDATE ON permission FOR EACH ROW WHEN ((CURRENT_USER ~~ 'cdp\_%'::text)) EXECUTE FUNCTION check_permission();
grant delete, insert, select, update on permission to cdp_keeper;
grant select on permission to cdp_customer;
grant select on permission to cdp_exporter;
grant select on permission to cdp_reader;
grant select on permission to cdp_sequencer;
grant select on permission to cdp_source;
create policy customer_wall on permission as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_wall on permission as permissive for select to cdp_exporter
    using (((recipient_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)) AND (purpose = ( SELECT app_purpose() AS app_purpose))));
create policy keeper on permission as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy reader_wall on permission as permissive for select to cdp_reader
    using (((recipient_id = ( SELECT scope_organization('reader'::text) AS scope_organization)) AND (customer_id = ( SELECT app_customer() AS app_customer))));
create policy sequencer_wall on permission as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));
create policy source_wall on permission as permissive for select to cdp_source
    using ((recipient_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table presentation (
    code_hash bytea not null,
    customer_id uuid not null,
    made_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX presentation_customer ON presentation USING btree (customer_id, made_at);
alter table presentation add constraint presentation_code_hash_check CHECK ((octet_length(code_hash) = 32));
alter table presentation add constraint presentation_pkey PRIMARY KEY (code_hash);
alter table presentation owner to cdp_owner, enable row level security, force row level security;
grant delete on presentation to cdp_operator;
grant delete, insert, select on presentation to cdp_keeper;
grant select (expires_at) on presentation to cdp_operator;
grant update (expires_at, used_at) on presentation to cdp_keeper;
create policy keeper on presentation as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on presentation as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table presentation_miss (
    organization_id uuid not null,
    since timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    misses integer not null
);
alter table presentation_miss add constraint presentation_miss_pkey PRIMARY KEY (organization_id);
alter table presentation_miss owner to cdp_owner, enable row level security, force row level security;
grant delete on presentation_miss to cdp_operator;
grant delete, insert, select on presentation_miss to cdp_keeper;
grant select (expires_at) on presentation_miss to cdp_operator;
grant update (expires_at, misses, since) on presentation_miss to cdp_keeper;
create policy keeper on presentation_miss as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on presentation_miss as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table proof_code (
    customer_id uuid not null,
    code_id uuid not null,
    kind text not null,
    session_id uuid not null,
    type text not null,
    blind bytea not null,
    sealed bytea not null,
    subject_id uuid not null,
    code_hash bytea not null,
    tries smallint not null default 0,
    sent_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX proof_code_target ON proof_code USING btree (blind, sent_at);
alter table proof_code add constraint proof_code_blind_check CHECK ((octet_length(blind) = 16));
alter table proof_code add constraint proof_code_kind_check CHECK ((kind = ANY (ARRAY['step-up'::text, 'address'::text])));
alter table proof_code add constraint proof_code_pkey PRIMARY KEY (customer_id, code_id);
alter table proof_code add constraint proof_code_type_check CHECK ((type = ANY (ARRAY['email'::text, 'phone'::text])));
alter table proof_code owner to cdp_owner, enable row level security, force row level security;
grant delete on proof_code to cdp_operator;
grant delete, select on proof_code to cdp_keeper;
grant insert, select on proof_code to cdp_doorman;
grant select (expires_at) on proof_code to cdp_operator;
grant update (tries, used_at) on proof_code to cdp_doorman;
create policy doorman_wall on proof_code as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on proof_code as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on proof_code as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table pseudonym (
    customer_id uuid not null,
    organization_id uuid not null,
    pseudonym uuid not null
);
alter table pseudonym add constraint pseudonym_pkey PRIMARY KEY (customer_id, organization_id);
alter table pseudonym add constraint pseudonym_pseudonym_key UNIQUE (pseudonym);
alter table pseudonym owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on pseudonym to cdp_sequencer;
grant select on pseudonym to cdp_keeper;
create policy keeper on pseudonym as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on pseudonym as permissive for all to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed))
    with check (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table pull (
    source_id uuid not null,
    name text not null,
    settings jsonb not null,
    state jsonb not null default '{}'::jsonb,
    next_at timestamp with time zone not null
);
alter table pull add constraint pull_pkey PRIMARY KEY (source_id, name);
alter table pull owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on pull to cdp_operator;
grant delete, insert, select, update on pull to cdp_source;
grant delete, select on pull to cdp_keeper;
create policy keeper on pull as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on pull as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on pull as permissive for all to cdp_source
    using ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table purpose (
    purpose text not null,
    organization_id uuid,
    longest_days integer not null,
    details jsonb not null
);
alter table purpose add constraint purpose_longest_days_check CHECK (((longest_days >= 1) AND (longest_days <= 366)));
alter table purpose add constraint purpose_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table purpose add constraint purpose_pkey PRIMARY KEY (purpose);
alter table purpose owner to cdp_owner, enable row level security, force row level security;
grant insert, select, update on purpose to cdp_operator;
grant select on purpose to cdp_auditor;
grant select on purpose to cdp_customer;
grant select on purpose to cdp_doorman;
grant select on purpose to cdp_exporter;
grant select on purpose to cdp_keeper;
grant select on purpose to cdp_reader;
grant select on purpose to cdp_sequencer;
grant select on purpose to cdp_source;
create policy catalog on purpose as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy keeper on purpose as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on purpose as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table question (
    customer_id uuid not null,
    subject_id uuid not null,
    asked_at timestamp with time zone not null,
    answer text,
    answered_at timestamp with time zone
);
CREATE INDEX question_subject ON question USING btree (subject_id);
alter table question add constraint question_answer_check CHECK ((answer = ANY (ARRAY['yes'::text, 'no'::text, 'unknown'::text])));
alter table question add constraint question_pkey PRIMARY KEY (customer_id, subject_id);
alter table question owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on question to cdp_keeper;
grant select on question to cdp_customer;
grant update (answer, answered_at) on question to cdp_keeper;
create policy customer_wall on question as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on question as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table question_code (
    customer_id uuid not null,
    code_id uuid not null,
    subject_id uuid not null,
    code_hash bytea not null,
    sent_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone
);
CREATE INDEX question_code_subject ON question_code USING btree (subject_id);
alter table question_code add constraint question_code_code_hash_check CHECK ((octet_length(code_hash) = 32));
alter table question_code add constraint question_code_pkey PRIMARY KEY (customer_id, code_id);
alter table question_code owner to cdp_owner, enable row level security, force row level security;
grant delete on question_code to cdp_operator;
grant delete, insert, select on question_code to cdp_keeper;
grant select (expires_at) on question_code to cdp_operator;
grant update (used_at) on question_code to cdp_keeper;
create policy keeper on question_code as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on question_code as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table question_try (
    customer_id uuid not null,
    try_id uuid not null,
    subject_id uuid not null,
    at timestamp with time zone not null
);
CREATE INDEX question_try_subject ON question_try USING btree (subject_id);
alter table question_try add constraint question_try_pkey PRIMARY KEY (customer_id, try_id);
alter table question_try owner to cdp_owner, enable row level security, force row level security;
grant delete on question_try to cdp_operator;
grant delete, insert, select on question_try to cdp_keeper;
grant select (at) on question_try to cdp_operator;
create policy keeper on question_try as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on question_try as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table receipt_letter (
    customer_id uuid not null,
    told_until timestamp with time zone not null
);
alter table receipt_letter add constraint receipt_letter_pkey PRIMARY KEY (customer_id);
alter table receipt_letter owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on receipt_letter to cdp_customer;
grant delete, select on receipt_letter to cdp_keeper;
grant update (told_until) on receipt_letter to cdp_customer;
create policy customer_wall on receipt_letter as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on receipt_letter as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table record (
    customer_id uuid not null,
    record_id uuid not null,
    subject_id uuid not null,
    source_id uuid not null,
    kind text not null,
    category text not null,
    type text not null,
    key bytea not null default '\x'::bytea,
    origin text not null,
    standing text not null,
    occurred_at timestamp with time zone not null,
    received_at timestamp with time zone not null,
    superseded_at timestamp with time zone,
    disputed_at timestamp with time zone,
    corrected_at timestamp with time zone,
    digest bytea not null,
    sealed bytea not null,
    queryable jsonb
);
CREATE INDEX record_names ON record USING btree (customer_id) WHERE ((superseded_at IS NULL) AND (kind = 'attributes'::text) AND (type = ANY (ARRAY['first_name'::text, 'name_prefix'::text, 'last_name'::text])));
CREATE INDEX record_source ON record USING btree (source_id, kind, type, category);
CREATE UNIQUE INDEX record_current ON record USING btree (customer_id, subject_id, kind, type, key) WHERE (superseded_at IS NULL);
alter table record add constraint record_kind_check CHECK ((kind = ANY (ARRAY['attributes'::text, 'product'::text, 'external'::text])));
alter table record add constraint record_origin_check CHECK ((origin = ANY (ARRAY['given'::text, 'observed'::text, 'external'::text, 'derived'::text, 'customer'::text])));
alter table record add constraint record_pkey PRIMARY KEY (customer_id, record_id);
alter table record add constraint record_standing_check CHECK ((standing = ANY (ARRAY['stated'::text, 'verified'::text, 'customer'::text])));
alter table record owner to cdp_owner, enable row level security, force row level security;
grant delete, select on record to cdp_keeper;
grant insert on record to cdp_source;
grant insert, select on record to cdp_customer;
grant select (category, customer_id, digest, key, kind, occurred_at, received_at, record_id, source_id, subject_id, superseded_at, type) on record to cdp_source;
grant select (category, customer_id, kind, record_id, source_id, type) on record to cdp_operator;
grant select (customer_id, kind, record_id, sealed, subject_id, superseded_at, type) on record to cdp_matcher;
grant select on record to cdp_exporter;
grant select on record to cdp_reader;
grant update (category) on record to cdp_operator;
grant update (category, occurred_at, queryable, received_at, superseded_at) on record to cdp_source;
grant update (corrected_at, disputed_at, superseded_at) on record to cdp_customer;
grant update (customer_id, disputed_at, queryable, superseded_at) on record to cdp_keeper;
create policy customer_gate on record as restrictive for insert to cdp_customer
    with check ((source_id = customer_source()));
create policy customer_keeps on record as restrictive for update to cdp_customer
    with check (((source_id = customer_source()) OR (superseded_at IS NULL)));
create policy customer_wall on record as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_gate on record as restrictive for select to cdp_exporter
    using (((( SELECT (current_setting('app.customers'::text, true) <> ''::text)) AND ((customer_id, category) IN ( SELECT o.customer_id,
    o.category
   FROM opened_by_customers() o(customer_id, category)))) OR (EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = record.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id, record.source_id, record.category, statement_timestamp()))))));
create policy exporter_wall on record as permissive for select to cdp_exporter
    using (( SELECT is_sealed('exporter'::text) AS is_sealed));
create policy keeper on record as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy matcher_wall on record as permissive for select to cdp_matcher
    using ((( SELECT is_sealed('matcher'::text) AS is_sealed) AND (kind = 'attributes'::text) AND (superseded_at IS NULL) AND (type = ANY (identifying_attributes()))));
create policy operator_wall on record as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy reader_gate on record as restrictive for select to cdp_reader
    using ((words_of(source_id, category) && ( SELECT gate() AS gate)));
create policy reader_wall on record as permissive for select to cdp_reader
    using ((customer_id = ( SELECT app_customer() AS app_customer)));
create policy source_wall on record as permissive for all to cdp_source
    using (((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)) IS TRUE))
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table record_type (
    organization_id uuid not null,
    kind text not null,
    type text not null,
    category text not null,
    details jsonb not null default '{}'::jsonb,
    pending text
);
alter table record_type add constraint record_type_category_fkey FOREIGN KEY (category) REFERENCES category(category);
alter table record_type add constraint record_type_kind_check CHECK ((kind = ANY (ARRAY['product'::text, 'interaction'::text, 'external'::text])));
alter table record_type add constraint record_type_pending_check CHECK ((pending = ANY (ARRAY['refile'::text, 'release'::text])));
alter table record_type add constraint record_type_pkey PRIMARY KEY (organization_id, kind, type);
alter table record_type owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on record_type to cdp_operator;
grant delete, insert, select, update on record_type to cdp_source;
grant delete, select on record_type to cdp_keeper;
grant select on record_type to cdp_auditor;
grant select on record_type to cdp_customer;
grant select on record_type to cdp_doorman;
grant select on record_type to cdp_exporter;
grant select on record_type to cdp_reader;
grant select on record_type to cdp_sequencer;
create policy catalog on record_type as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy keeper on record_type as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on record_type as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on record_type as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table reference (
    source_id uuid not null,
    type text not null,
    blind bytea not null,
    customer_id uuid not null,
    subject_id uuid not null,
    sealed bytea not null
);
CREATE INDEX reference_customer ON reference USING btree (customer_id, subject_id);
alter table reference add constraint reference_blind_check CHECK ((octet_length(blind) = 16));
alter table reference add constraint reference_pkey PRIMARY KEY (source_id, type, blind);
alter table reference add constraint reference_type_check CHECK ((type = ANY (ARRAY['user_id'::text, 'anonymous_id'::text, 'customer'::text, 'phone'::text])));
alter table reference owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on reference to cdp_keeper;
grant select (blind, customer_id, source_id, subject_id, type) on reference to cdp_exporter;
grant select on reference to cdp_customer;
create policy customer_wall on reference as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_gate on reference as restrictive for select to cdp_exporter
    using ((EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = reference.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND (GREATEST(p.expires_at, p.attested_expires_at) > statement_timestamp())))));
create policy exporter_wall on reference as permissive for select to cdp_exporter
    using ((source_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)));
create policy keeper on reference as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table reject (
    source_id uuid not null,
    reject_id bigint not null generated always as identity,
    at timestamp with time zone not null,
    path text not null,
    "position" integer not null,
    reason text not null,
    field text,
    message_id text,
    request_id text not null
);
alter table reject add constraint reject_pkey PRIMARY KEY (source_id, reject_id);
alter table reject owner to cdp_owner, enable row level security, force row level security;
grant delete, select on reject to cdp_keeper;
grant delete, select on reject to cdp_operator;
grant insert, select on reject to cdp_source;
create policy keeper on reject as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on reject as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on reject as permissive for all to cdp_source
    using ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table reminder (
    customer_id uuid not null,
    recipient_id uuid not null,
    purpose text not null,
    kept_at timestamp with time zone,
    told_at timestamp with time zone
);
alter table reminder add constraint reminder_pkey PRIMARY KEY (customer_id, recipient_id, purpose);
alter table reminder owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on reminder to cdp_customer;
grant delete, select on reminder to cdp_keeper;
grant update (kept_at, told_at) on reminder to cdp_customer;
create policy customer_wall on reminder as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on reminder as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table reply (
    customer_id uuid not null,
    reply_id uuid not null,
    organization_id uuid not null,
    entry_id uuid not null,
    by text not null,
    wants_human boolean not null,
    at timestamp with time zone not null,
    due_at timestamp with time zone not null,
    taken_at timestamp with time zone,
    done_at timestamp with time zone,
    subject_id uuid not null,
    sealed bytea not null
);
CREATE INDEX reply_organization ON reply USING btree (organization_id, at, reply_id);
alter table reply add constraint reply_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table reply add constraint reply_by_check CHECK ((by = ANY (ARRAY['customer'::text, 'organization'::text])));
alter table reply add constraint reply_check CHECK (((by = 'customer'::text) OR wants_human));
alter table reply add constraint reply_pkey PRIMARY KEY (customer_id, reply_id);
alter table reply owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on reply to cdp_keeper;
grant select (at, reply_id) on reply to cdp_sequencer;
grant select on reply to cdp_customer;
grant select on reply to cdp_exporter;
grant update (customer_id, done_at, taken_at) on reply to cdp_keeper;
create policy customer_wall on reply as permissive for select to cdp_customer
    using ((customer_id = ANY (( SELECT own_customers() AS own_customers)::uuid[])));
create policy exporter_gate on reply as restrictive for select to cdp_exporter
    using ((EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = reply.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
        CASE reply.by
            WHEN 'customer'::text THEN customer_source()
            ELSE reply.organization_id
        END, 'conversations'::text, statement_timestamp())))));
create policy exporter_wall on reply as permissive for select to cdp_exporter
    using ((organization_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)));
create policy keeper on reply as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on reply as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table rule (
    organization_id uuid not null,
    rule_id uuid not null,
    name text not null,
    purpose text not null,
    records text[] not null,
    expression text not null,
    topic text not null,
    channels text[] not null,
    sender text not null,
    client_id text not null,
    registered_at timestamp with time zone not null,
    ended_at timestamp with time zone
);
alter table rule add constraint rule_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table rule add constraint rule_pkey PRIMARY KEY (organization_id, rule_id);
alter table rule add constraint rule_purpose_fkey FOREIGN KEY (purpose) REFERENCES purpose(purpose);
alter table rule add constraint rule_records_check CHECK ((cardinality(records) > 0));
alter table rule add constraint rule_sender_check CHECK ((sender = ANY (ARRAY['human'::text, 'computer'::text])));
alter table rule owner to cdp_owner, enable row level security, force row level security;
grant delete, select on rule to cdp_keeper;
grant insert, select on rule to cdp_source;
grant update (ended_at) on rule to cdp_source;
create policy keeper on rule as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy source_wall on rule as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table rule_arrival (
    customer_id uuid not null,
    record_id uuid not null,
    source_id uuid not null,
    subject_id uuid not null,
    what text not null,
    at timestamp with time zone not null,
    queued_at timestamp with time zone not null,
    left_to uuid[]
);
CREATE INDEX rule_arrival_left ON rule_arrival USING btree (queued_at) WHERE (left_to IS NOT NULL);
CREATE INDEX rule_arrival_waiting ON rule_arrival USING btree (queued_at) WHERE (left_to IS NULL);
alter table rule_arrival add constraint rule_arrival_pkey PRIMARY KEY (customer_id, record_id);
alter table rule_arrival owner to cdp_owner, enable row level security, force row level security;
grant delete, select on rule_arrival to cdp_keeper;
grant insert on rule_arrival to cdp_source;
grant update (left_to, queued_at) on rule_arrival to cdp_keeper;
create policy keeper on rule_arrival as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy source_wall on rule_arrival as permissive for insert to cdp_source
    with check ((source_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table scope_key (
    is_only boolean not null default true,
    inner_pad bytea not null,
    outer_pad bytea not null
);
alter table scope_key add constraint scope_key_inner_pad_check CHECK ((octet_length(inner_pad) = 64));
alter table scope_key add constraint scope_key_is_only_check CHECK (is_only);
alter table scope_key add constraint scope_key_outer_pad_check CHECK ((octet_length(outer_pad) = 64));
alter table scope_key add constraint scope_key_pkey PRIMARY KEY (is_only);
alter table scope_key owner to cdp_owner, enable row level security, force row level security;
grant select on scope_key to cdp_keeper;
create policy keeper on scope_key as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table sender (
    organization_id uuid not null,
    kind text not null,
    value text not null,
    is_complete boolean not null,
    is_shared boolean not null default false,
    said_at timestamp with time zone not null,
    checked_at timestamp with time zone
);
CREATE UNIQUE INDEX sender_checked ON sender USING btree (kind, value) WHERE ((checked_at IS NOT NULL) AND (NOT is_shared));
alter table sender add constraint sender_kind_check CHECK ((kind = ANY (ARRAY['domain'::text, 'email'::text, 'phone'::text, 'name'::text])));
alter table sender add constraint sender_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table sender add constraint sender_pkey PRIMARY KEY (organization_id, kind, value);
alter table sender add constraint sender_value_check CHECK (((length(value) >= 1) AND (length(value) <= 254)));
alter table sender owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on sender to cdp_keeper;
grant delete, select on sender to cdp_administrator;
grant delete, select on sender to cdp_operator;
grant update (checked_at, is_complete, is_shared) on sender to cdp_keeper;
create policy administrator_wall on sender as permissive for all to cdp_administrator
    using ((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)));
create policy keeper on sender as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on sender as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));

create table separation (
    subject_id uuid not null,
    other_id uuid not null,
    by text not null,
    at timestamp with time zone not null
);
CREATE INDEX separation_other ON separation USING btree (other_id);
alter table separation add constraint separation_by_check CHECK ((by = ANY (ARRAY['customer'::text, 'operator'::text])));
alter table separation add constraint separation_check CHECK ((subject_id < other_id));
alter table separation add constraint separation_pkey PRIMARY KEY (subject_id, other_id);
alter table separation owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on separation to cdp_keeper;
create policy keeper on separation as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table session (
    session_hash bytea not null,
    customer_id uuid not null,
    session_id uuid not null,
    way text not null,
    device text not null default ''::text,
    started_at timestamp with time zone not null,
    idle interval not null,
    expires_at timestamp with time zone not null,
    ends_at timestamp with time zone not null,
    proven_at timestamp with time zone not null,
    ended_at timestamp with time zone
);
CREATE INDEX session_customer ON session USING btree (customer_id);
alter table session add constraint session_pkey PRIMARY KEY (session_hash);
alter table session add constraint session_way_check CHECK ((way = ANY (ARRAY['e-mail'::text, 'passkey'::text, 'external'::text])));
alter table session owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on session to cdp_keeper;
grant delete, select on session to cdp_operator;
grant insert, select on session to cdp_doorman;
grant select on session to cdp_customer;
grant update (ended_at) on session to cdp_customer;
grant update (ended_at, proven_at, session_hash) on session to cdp_doorman;
create policy customer_wall on session as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy doorman_wall on session as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on session as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on session as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table signal (
    organization_id uuid not null,
    stream_id uuid not null,
    signal_id uuid not null default gen_random_uuid(),
    customer_id uuid not null,
    transaction xid8,
    change_id bigint,
    event text not null,
    purpose text,
    echo text,
    told jsonb,
    at timestamp with time zone not null,
    standing text not null default 'waiting'::text,
    queued_at timestamp with time zone not null,
    next_at timestamp with time zone not null,
    tries integer not null default 0,
    first_at timestamp with time zone,
    failure text,
    acknowledged_at timestamp with time zone
);
CREATE INDEX signal_change ON signal USING btree (organization_id, transaction, change_id);
CREATE INDEX signal_dead ON signal USING btree (organization_id, stream_id) WHERE (standing = 'dead'::text);
CREATE INDEX signal_order ON signal USING btree (organization_id, stream_id, customer_id, transaction, change_id) WHERE (standing = 'waiting'::text);
CREATE INDEX signal_waiting ON signal USING btree (organization_id, stream_id, next_at) WHERE (standing = 'waiting'::text);
alter table signal add constraint signal_organization_id_stream_id_fkey FOREIGN KEY (organization_id, stream_id) REFERENCES signal_stream(organization_id, stream_id) ON DELETE CASCADE;
alter table signal add constraint signal_organization_id_transaction_change_id_fkey FOREIGN KEY (organization_id, transaction, change_id) REFERENCES change(organization_id, transaction, change_id) ON DELETE CASCADE;
alter table signal add constraint signal_pkey PRIMARY KEY (organization_id, stream_id, signal_id);
alter table signal add constraint signal_standing_check CHECK ((standing = ANY (ARRAY['waiting'::text, 'acknowledged'::text, 'dead'::text])));
alter table signal owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on signal to cdp_source;
grant select (at, event, failure, organization_id, signal_id, standing, stream_id, tries) on signal to cdp_operator;
grant select on signal to cdp_keeper;
grant update (acknowledged_at, failure, first_at, next_at, standing, tries) on signal to cdp_source;
grant update (failure, first_at, next_at, queued_at, standing, tries) on signal to cdp_keeper;
create policy keeper on signal as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on signal as permissive for select to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on signal as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table signal_stream (
    organization_id uuid not null,
    stream_id uuid not null,
    kind text not null,
    url text,
    sealed bytea,
    description text not null,
    wanted text[] not null,
    status text not null default 'enabled'::text,
    reason text not null default ''::text,
    transaction xid8 not null default pg_snapshot_xmin(pg_current_snapshot()),
    change_id bigint not null default 0,
    next_at timestamp with time zone not null,
    failures integer not null default 0,
    failing_since timestamp with time zone,
    failure text,
    asked_at timestamp with time zone,
    verified_at timestamp with time zone,
    created_at timestamp with time zone not null
);
CREATE INDEX signal_stream_due ON signal_stream USING btree (next_at) WHERE ((status = 'enabled'::text) AND (kind <> 'poll'::text));
alter table signal_stream add constraint signal_stream_check CHECK (((url IS NULL) = (kind = 'poll'::text)));
alter table signal_stream add constraint signal_stream_kind_check CHECK ((kind = ANY (ARRAY['push'::text, 'poll'::text, 'webhook'::text])));
alter table signal_stream add constraint signal_stream_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table signal_stream add constraint signal_stream_pkey PRIMARY KEY (organization_id, stream_id);
alter table signal_stream add constraint signal_stream_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'paused'::text, 'disabled'::text])));
alter table signal_stream owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on signal_stream to cdp_source;
grant delete, select on signal_stream to cdp_keeper;
grant select (failure, failures, kind, organization_id, status, stream_id, verified_at) on signal_stream to cdp_operator;
grant update (next_at) on signal_stream to cdp_keeper;
create policy keeper on signal_stream as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on signal_stream as permissive for select to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on signal_stream as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)));

create table signing_key (
    key_id text not null,
    public jsonb not null,
    sealed bytea not null,
    since timestamp with time zone not null,
    ended_at timestamp with time zone,
    signs text not null default 'tokens'::text
);
alter table signing_key add constraint signing_key_pkey PRIMARY KEY (key_id);
alter table signing_key add constraint signing_key_signs_check CHECK ((signs = ANY (ARRAY['tokens'::text, 'messages'::text])));
alter table signing_key owner to cdp_owner, enable row level security, force row level security;
grant insert, select on signing_key to cdp_doorman;
grant insert, select on signing_key to cdp_operator;
grant update (ended_at) on signing_key to cdp_operator;
create policy doorman_wall on signing_key as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy operator_wall on signing_key as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table subject (
    customer_id uuid not null,
    subject_id uuid not null,
    source_id uuid not null,
    origin_id uuid not null,
    created_at timestamp with time zone not null
);
CREATE INDEX subject_known ON subject USING btree (subject_id);
CREATE INDEX subject_source ON subject USING btree (source_id, subject_id);
alter table subject add constraint subject_pkey PRIMARY KEY (customer_id, subject_id);
alter table subject owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select, update on subject to cdp_keeper;
grant select (customer_id, origin_id, source_id, subject_id) on subject to cdp_sequencer;
grant select (customer_id, source_id, subject_id) on subject to cdp_keymaster;
grant select (customer_id, source_id, subject_id) on subject to cdp_matcher;
grant select (source_id, subject_id) on subject to cdp_operator;
grant select on subject to cdp_customer;
create policy customer_wall on subject as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on subject as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy keymaster_wall on subject as permissive for select to cdp_keymaster
    using (( SELECT is_sealed('keymaster'::text) AS is_sealed));
create policy matcher_wall on subject as permissive for select to cdp_matcher
    using (( SELECT is_sealed('matcher'::text) AS is_sealed));
create policy operator_wall on subject as permissive for select to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy sequencer_wall on subject as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table suppression (
    source_id uuid not null,
    type text not null,
    blind bytea not null,
    erasure_id uuid not null,
    is_proven boolean not null default false,
    at timestamp with time zone not null
);
CREATE INDEX suppression_erasure ON suppression USING btree (erasure_id);
alter table suppression add constraint suppression_blind_check CHECK ((octet_length(blind) = 16));
alter table suppression add constraint suppression_pkey PRIMARY KEY (type, blind, source_id);
alter table suppression owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on suppression to cdp_keeper;
grant update (at, erasure_id, is_proven) on suppression to cdp_keeper;
create policy keeper on suppression as permissive for all to cdp_keeper
    using (true)
    with check (true);

create table survey (
    customer_id uuid not null,
    survey_id uuid not null,
    organization_id uuid not null,
    record_id uuid not null,
    subject_id uuid not null,
    channel text,
    speaker text,
    occurred_at timestamp with time zone not null,
    asked_at timestamp with time zone not null,
    closes_at timestamp with time zone not null,
    answered_at timestamp with time zone,
    declined_at timestamp with time zone,
    sealed bytea
);
CREATE INDEX survey_organization ON survey USING btree (organization_id, occurred_at);
CREATE UNIQUE INDEX survey_record ON survey USING btree (record_id, customer_id);
alter table survey add constraint survey_pkey PRIMARY KEY (customer_id, survey_id);
alter table survey add constraint survey_speaker_check CHECK ((speaker = ANY (ARRAY['human'::text, 'computer'::text])));
alter table survey owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on survey to cdp_keeper;
grant select on survey to cdp_customer;
grant select on survey to cdp_exporter;
grant select on survey to cdp_reader;
grant update (answered_at, declined_at, sealed, subject_id) on survey to cdp_customer;
grant update (customer_id) on survey to cdp_keeper;
create policy customer_wall on survey as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy exporter_gate on survey as restrictive for select to cdp_exporter
    using (((answered_at IS NOT NULL) AND (EXISTS ( SELECT
   FROM permission p
  WHERE ((p.customer_id = survey.customer_id) AND (p.recipient_id = ( SELECT app_organization() AS app_organization)) AND (p.purpose = ( SELECT app_purpose() AS app_purpose)) AND opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id, customer_source(), 'conversations'::text, statement_timestamp()))))));
create policy exporter_wall on survey as permissive for select to cdp_exporter
    using ((organization_id = ( SELECT scope_organization('exporter'::text) AS scope_organization)));
create policy keeper on survey as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy reader_gate on survey as restrictive for select to cdp_reader
    using (((answered_at IS NOT NULL) AND (words_of(customer_source(), 'conversations'::text) && ( SELECT gate() AS gate))));
create policy reader_wall on survey as permissive for select to cdp_reader
    using (((organization_id = ( SELECT scope_organization('reader'::text) AS scope_organization)) AND (customer_id = ( SELECT app_customer() AS app_customer))));

create table token_family (
    family_id uuid not null,
    customer_id uuid not null,
    client_id text not null,
    purpose text,
    grant_id uuid,
    scopes text[] not null,
    key_hash bytea,
    sealed bytea not null,
    since timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    revoked_at timestamp with time zone
);
CREATE INDEX token_family_customer ON token_family USING btree (customer_id);
CREATE INDEX token_family_expiry ON token_family USING btree (expires_at);
CREATE INDEX token_family_grant ON token_family USING btree (grant_id) WHERE (grant_id IS NOT NULL);
alter table token_family add constraint token_family_check CHECK (((purpose IS NULL) = (grant_id IS NULL)));
alter table token_family add constraint token_family_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(client_id);
alter table token_family add constraint token_family_key_hash_check CHECK ((octet_length(key_hash) = 32));
alter table token_family add constraint token_family_pkey PRIMARY KEY (family_id);
alter table token_family owner to cdp_owner, enable row level security, force row level security;
grant delete on token_family to cdp_operator;
grant delete, select on token_family to cdp_keeper;
grant insert on token_family to cdp_customer;
grant select (client_id, expires_at, revoked_at) on token_family to cdp_operator;
grant select (client_id, revoked_at) on token_family to cdp_administrator;
grant select on token_family to cdp_doorman;
grant update (expires_at, key_hash, revoked_at) on token_family to cdp_doorman;
grant update (revoked_at) on token_family to cdp_administrator;
grant update (revoked_at) on token_family to cdp_operator;
create policy administrator_revives_nothing on token_family as restrictive for update to cdp_administrator
    using ((revoked_at IS NULL))
    with check (true);
create policy administrator_wall on token_family as permissive for all to cdp_administrator
    using ((client_id IN ( SELECT c.client_id
   FROM client c
  WHERE (c.organization_id = scope_organization('administrator'::text)))));
create policy customer_wall on token_family as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy doorman_wall on token_family as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on token_family as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on token_family as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table topic (
    topic text not null,
    organization_id uuid,
    place integer not null default 1000,
    details jsonb not null
);
alter table topic add constraint topic_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table topic add constraint topic_pkey PRIMARY KEY (topic);
alter table topic owner to cdp_owner, enable row level security, force row level security;
grant delete, select on topic to cdp_keeper;
grant insert, select on topic to cdp_source;
grant insert, select, update on topic to cdp_operator;
grant select on topic to cdp_auditor;
grant select on topic to cdp_customer;
grant select on topic to cdp_doorman;
grant select on topic to cdp_exporter;
grant select on topic to cdp_reader;
grant select on topic to cdp_sequencer;
grant update (details) on topic to cdp_source;
create policy catalog on topic as permissive for select to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source
    using (true);
create policy keeper on topic as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on topic as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));
create policy source_wall on topic as permissive for all to cdp_source
    using ((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)))
    with check (((organization_id = ( SELECT scope_organization('source'::text) AS scope_organization)) AND (NOT (details ? 'is_required'::text))));

create table used_once (
    word_hash bytea not null,
    expires_at timestamp with time zone not null
);
CREATE INDEX used_once_expiry ON used_once USING btree (expires_at);
alter table used_once add constraint used_once_pkey PRIMARY KEY (word_hash);
alter table used_once add constraint used_once_word_hash_check CHECK ((octet_length(word_hash) = 32));
alter table used_once owner to cdp_owner, enable row level security, force row level security;
grant delete on used_once to cdp_operator;
grant insert on used_once to cdp_doorman;
grant select (expires_at) on used_once to cdp_operator;
grant select (word_hash) on used_once to cdp_doorman;
create policy doorman_wall on used_once as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy operator_wall on used_once as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create table wish (
    customer_id uuid not null,
    document jsonb not null,
    seq bigint not null,
    changed_at timestamp with time zone not null
);
alter table wish add constraint wish_pkey PRIMARY KEY (customer_id);
alter table wish owner to cdp_owner, enable row level security, force row level security;
grant delete, insert, select on wish to cdp_keeper;
grant insert, select on wish to cdp_customer;
grant select on wish to cdp_sequencer;
grant update (changed_at, document, seq) on wish to cdp_customer;
grant update (changed_at, document, seq) on wish to cdp_keeper;
create policy customer_wall on wish as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on wish as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on wish as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table wish_act (
    customer_id uuid not null,
    seq bigint not null,
    wish_id uuid not null,
    said jsonb not null,
    at timestamp with time zone not null
);
alter table wish_act add constraint wish_act_at_is_told CHECK (((at >= '0001-01-01 00:00:00+00'::timestamp with time zone) AND (at <= '9999-12-31 00:00:00+00'::timestamp with time zone)));
alter table wish_act add constraint wish_act_pkey PRIMARY KEY (customer_id, seq);
alter table wish_act owner to cdp_owner, enable row level security, force row level security;
trigger: CREATE TRIGGER logged AFTER INSERT ON wish_act REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_wishes();
trigger: CREATE TRIGGER written_once BEFORE UPDATE OR TRUNCATE ON wish_act FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant delete, insert, select on wish_act to cdp_keeper;
grant insert, select on wish_act to cdp_customer;
grant select on wish_act to cdp_sequencer;
create policy customer_wall on wish_act as permissive for all to cdp_customer
    using ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)))
    with check ((customer_id = ( SELECT scope_customer('customer'::text) AS scope_customer)));
create policy keeper on wish_act as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy sequencer_wall on wish_act as permissive for select to cdp_sequencer
    using (( SELECT is_sealed('sequencer'::text) AS is_sealed));

create table write_key (
    key_hash bytea not null,
    organization_id uuid not null,
    name text not null,
    batch_bytes integer not null default 512000,
    created_at timestamp with time zone not null default now(),
    revoked_at timestamp with time zone
);
alter table write_key add constraint write_key_batch_bytes_check CHECK (((batch_bytes >= 32768) AND (batch_bytes <= 4096000)));
alter table write_key add constraint write_key_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id);
alter table write_key add constraint write_key_pkey PRIMARY KEY (key_hash);
alter table write_key owner to cdp_owner, enable row level security, force row level security;
grant delete, select on write_key to cdp_keeper;
grant insert, select on write_key to cdp_administrator;
grant insert, select, update on write_key to cdp_operator;
grant select on write_key to cdp_doorman;
grant update (revoked_at) on write_key to cdp_administrator;
create policy administrator_revives_nothing on write_key as restrictive for update to cdp_administrator
    using ((revoked_at IS NULL))
    with check (true);
create policy administrator_wall on write_key as permissive for all to cdp_administrator
    using ((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)))
    with check (((organization_id = ( SELECT scope_organization('administrator'::text) AS scope_organization)) AND ((revoked_at IS NOT NULL) OR ('tracking_api:write'::text = ANY (( SELECT allowed_scopes() AS allowed_scopes)::text[])))));
create policy doorman_wall on write_key as permissive for all to cdp_doorman
    using (( SELECT is_sealed('doorman'::text) AS is_sealed))
    with check (( SELECT is_sealed('doorman'::text) AS is_sealed));
create policy keeper on write_key as permissive for all to cdp_keeper
    using (true)
    with check (true);
create policy operator_wall on write_key as permissive for all to cdp_operator
    using (( SELECT is_sealed('operator'::text) AS is_sealed))
    with check (( SELECT is_sealed('operator'::text) AS is_sealed));

create function add_identifiers(subjects uuid[], types text[], blinds bytea[], categories text[], verified boolean[], moment timestamp with time zone, sealed bytea[] DEFAULT NULL::bytea[]) returns SETOF uuid language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body 335228d79f9b2be0d1131c950f640239;
grant execute on function add_identifiers(uuid[],text[],bytea[],text[],boolean[],timestamp with time zone,bytea[]) to cdp_source;

create function add_references(types text[], blinds bytea[], sealed bytea[], subjects uuid[]) returns SETOF bytea language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body 33b8ce7f94fb4be0d744fbe93174e695;
grant execute on function add_references(text[],bytea[],bytea[],uuid[]) to cdp_source;

create function admit_asker() returns void language plpgsql volatile owner cdp_owner body b0a04947bce7b7f7687976648520801d;
grant execute on function admit_asker() to cdp_keeper;

create function admit_keys(wrapped bytea[]) returns void language plpgsql volatile owner cdp_owner body defa18f636a90666cbb835cdeec97166;
grant execute on function admit_keys(bytea[]) to cdp_keeper;

create function alerts_due(moment timestamp with time zone) returns SETOF uuid language sql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 837a34478a44e74ac6d8fbe9ace05a7f;
grant execute on function alerts_due(timestamp with time zone) to cdp_operator;

create function all_wishes_told(document jsonb, organization uuid) returns jsonb language sql stable parallel safe owner cdp_owner body 5efe014ecf2469c46efb5cc0a84eb3e8;
grant execute on function all_wishes_told(jsonb,uuid) to cdp_keeper;

create function allowed_scopes() returns text[] language sql stable owner cdp_owner body 61684e27d380a0eec5896e3a9d146fbb;
grant execute on function allowed_scopes() to cdp_administrator;

create function answer_demand(wanted uuid, said text, why text, until date, sealed bytea, later timestamp with time zone, moment timestamp with time zone) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 59a04fd60fc8228fb376bb3a25863aa8;
grant execute on function answer_demand(uuid,text,text,date,bytea,timestamp with time zone,timestamp with time zone) to cdp_source;

create function answer_question(subject uuid, said text, moment timestamp with time zone) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 038b57fb0a05170264029f519e39ddba;
grant execute on function answer_question(uuid,text,timestamp with time zone) to cdp_customer;

create function app_client() returns text language sql stable parallel safe owner cdp_owner body ea0b38674ac038e21e45734830a423dd;
grant execute on function app_client() to cdp_administrator, cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function app_customer() returns uuid language sql stable parallel safe owner cdp_owner body cae598a05a1b52559cd162894a70bb7f;
grant execute on function app_customer() to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function app_customers() returns uuid[] language sql stable parallel safe owner cdp_owner body 1ff361b9bfc0c6529c8eb3fbbc712bb2;
grant execute on function app_customers() to cdp_exporter, cdp_keeper;

create function app_organization() returns uuid language sql stable parallel safe owner cdp_owner body 0e48e2fa47443b89941b411d834082cb;
grant execute on function app_organization() to cdp_administrator, cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function app_purpose() returns text language sql stable parallel safe owner cdp_owner body 53dfe89ecad7e55387097bec1deae959;
grant execute on function app_purpose() to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function are_several_people(customers uuid[]) returns boolean language sql stable owner cdp_owner body 0648e1830d93d23676502c2613d284d0;
grant execute on function are_several_people(uuid[]) to cdp_keeper;

create function are_two_people(one uuid, other uuid) returns boolean language sql stable owner cdp_owner body 75eb2ed74d953b18a501c0d21331a141;
grant execute on function are_two_people(uuid,uuid) to cdp_keeper;

create function ask_access(asked jsonb, person uuid, types text[], blinds bytea[], own_types text[], own_blinds bytea[], most integer) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 3cd98b6e2942ccf59fb4da25d604507b;
grant execute on function ask_access(jsonb,uuid,text[],bytea[],text[],bytea[],integer) to cdp_source;

create function asked_about(me uuid, subject uuid, moment timestamp with time zone, OUT guest uuid, OUT source_id uuid, OUT own_subject uuid) returns record language plpgsql volatile owner cdp_owner body 3244e0180966af83ad0608e539a5b059;
grant execute on function asked_about(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function attested_at(p permission, at timestamp with time zone) returns text[] language sql immutable parallel safe owner cdp_owner body 8b49342153c0291a2bba51274fa61f7f;
grant execute on function attested_at(permission,timestamp with time zone) to cdp_customer, cdp_exporter, cdp_keeper, cdp_reader;

create function bind_holders(subject uuid, wanted_type text, wanted_blind bytea, reason text, moment timestamp with time zone) returns void language sql volatile owner cdp_owner body 46996f1b877816c1d4878f816b2fd7bc;
grant execute on function bind_holders(uuid,text,bytea,text,timestamp with time zone) to cdp_keeper;

create function bonded_with(subjects uuid[]) returns TABLE(subject_id uuid, other_id uuid) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_keeper body 47f847f41c6dc5afb1b832ca0b2ea5f1;
grant execute on function bonded_with(uuid[]) to cdp_matcher;

create function cancel_contact(customer uuid, contact_to_cancel uuid) returns boolean language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 90c80a1b47f87204e0f3131f19bb4f35;
grant execute on function cancel_contact(uuid,uuid) to cdp_exporter;

create function candidates(moment timestamp with time zone) returns TABLE(subject_id uuid, source_id uuid, is_special boolean, type text, own_subject uuid, sealed bytea) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 475a50e79c1614a2df266c33bb527cf3;
grant execute on function candidates(timestamp with time zone) to cdp_customer;

create function candidates_of(me uuid, moment timestamp with time zone) returns TABLE(subject_id uuid, guest uuid, source_id uuid, is_special boolean, type text, own_subject uuid, sealed bytea) language plpgsql stable set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_owner body b9f054a491610af9ed3dcbce88f33d5a;
grant execute on function candidates_of(uuid,timestamp with time zone) to cdp_keeper;

create function change_catalog() returns bigint language plpgsql volatile owner cdp_owner body 605fac95d799d897d60167dbd8a02ac4;
grant execute on function change_catalog() to cdp_operator, cdp_source;

create function change_wishes(customer uuid, document jsonb, said jsonb, moment timestamp with time zone) returns void language sql volatile owner cdp_owner body 9392be79432633913fc61ba366ec3ed5;
grant execute on function change_wishes(uuid,jsonb,jsonb,timestamp with time zone) to cdp_keeper;

create function check_act(kind text, wanted text[], wanted_sources uuid[], until timestamp with time zone, at timestamp with time zone, begins timestamp with time zone, purpose_key text) returns void language plpgsql stable owner cdp_owner body 98810ac94aa83d266f05d9dce4bd7630;
grant execute on function check_act(text,text[],uuid[],timestamp with time zone,timestamp with time zone,timestamp with time zone,text) to cdp_keeper;

create function check_family(family uuid) returns TABLE(customer_id uuid, categories text[], sources uuid[], expires_at timestamp with time zone) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body efc92264438f136969960976b86676f4;
grant execute on function check_family(uuid) to cdp_doorman;

create function check_permission() returns trigger language plpgsql volatile owner cdp_owner body ea79d52c839f2e22142c76ba3176554b;
grant execute on function check_permission() to cdp_keeper;

create function check_sender(organization uuid, said_kind text, said_value text, share boolean, moment timestamp with time zone) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 64716900c28a1685144a73cb80c6f91a;
grant execute on function check_sender(uuid,text,text,boolean,timestamp with time zone) to cdp_operator;

create function check_session(hash bytea) returns TABLE(customer_id uuid, session_id uuid, proven_at timestamp with time zone, expires_at timestamp with time zone, ends_at timestamp with time zone) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body c1028d2d339dbaed433e84be4d062748;
grant execute on function check_session(bytea) to cdp_login;

create function check_token(hash bytea) returns TABLE(client_id text, organization_id uuid, slug text, scopes text[], key_hash bytea, customer_id uuid) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body f78755c1419454da24921c234f307ef6;
grant execute on function check_token(bytea) to cdp_login;

create function check_tokens(hashes bytea[]) returns TABLE(place integer, client_id text, organization_id uuid, slug text, scopes text[], key_hash bytea, customer_id uuid, purpose text) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 24643365f306e1e7ff5e491ed5eb3781;
grant execute on function check_tokens(bytea[]) to cdp_login;

create function check_transition(p permission, kind text, wanted text[], wanted_sources uuid[], until timestamp with time zone, at timestamp with time zone, begins timestamp with time zone) returns void language plpgsql stable owner cdp_owner body eb9ee1f7c6c2bb1782b74d556c5bb493;
grant execute on function check_transition(permission,text,text[],uuid[],timestamp with time zone,timestamp with time zone,timestamp with time zone) to cdp_keeper;

create function check_write_key(hash bytea) returns TABLE(organization_id uuid, slug text, batch_bytes integer) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 16156464e5bc703ea8783063092569b6;
grant execute on function check_write_key(bytea) to cdp_login;

create function claim_customer(proven_type text, proven_blind bytea, sealed_reference bytea, new_customer uuid, new_subject uuid, wrapped bytea, moment timestamp with time zone) returns TABLE(customer_id uuid, is_new boolean) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 52bba238505a05c8feb7a8c09e6465ed;
grant execute on function claim_customer(text,bytea,bytea,uuid,uuid,bytea,timestamp with time zone) to cdp_doorman;

create function common_sources(a uuid[], b uuid[]) returns uuid[] language sql immutable parallel safe owner cdp_owner body 01ba3465d177c6990e1ed29b8e79fc84;
grant execute on function common_sources(uuid[],uuid[]) to cdp_keeper;

create function component_of(seeds uuid[]) returns uuid[] language sql stable owner cdp_owner body 52d87867fee6fb90454fac941aad4eb2;
grant execute on function component_of(uuid[]) to cdp_keeper;

create function contact_facts(customers uuid[], moment timestamp with time zone) returns TABLE(customer_id uuid, merged_into uuid, reason text, act_id uuid, wishes text, is_signalled boolean, own_name bytea, own_said bytea, own_key bytea) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 3adbfafcb771e2f8c3b3909260d9f686;
grant execute on function contact_facts(uuid[],timestamp with time zone) to cdp_exporter;

create function contact_names(customers uuid[], blinds bytea[]) returns TABLE(place integer, customer_id uuid, is_named boolean, subject_key bytea) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 3a41cc4bc6bc13b0357be1e638af929d;
grant execute on function contact_names(uuid[],bytea[]) to cdp_source;

create function conversation_key(conversation uuid) returns TABLE(subject_id uuid, wrapped bytea) language sql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 67fd52a5375acd7ca4df9e74beed72a4;
grant execute on function conversation_key(uuid) to cdp_source;

create function count_check(who bytea, most integer, moment timestamp with time zone) returns boolean language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body c3a551b1e2084b945d3a025551bd400c;
grant execute on function count_check(bytea,integer,timestamp with time zone) to cdp_customer, cdp_visitor;

create function count_merge(counted text, moment timestamp with time zone, source uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid) returns void language sql volatile owner cdp_owner body 2131109a040ca13b9110f38283e95fc8;
grant execute on function count_merge(text,timestamp with time zone,uuid) to cdp_keeper;

create function create_subjects(types text[], blinds bytea[], sealed bytea[], customers uuid[], subjects uuid[], wrapped bytea[], moment timestamp with time zone) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=on owner cdp_keeper body ccae2c3a2ba86ddd68328b9054450246;
grant execute on function create_subjects(text[],bytea[],bytea[],uuid[],uuid[],bytea[],timestamp with time zone) to cdp_source;

create function current_customer(customer uuid) returns uuid language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 1deae6d3e5c9b205bffab4b611bf2a4d;
grant execute on function current_customer(uuid) to cdp_exporter, cdp_reader;

create function customer_source() returns uuid language sql immutable parallel safe owner cdp_owner body aaadd1671b77a47247a3cffaf14288fc;
grant execute on function customer_source() to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function customers_of(subjects uuid[]) returns TABLE(ordinal integer, customer_id uuid) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body c879121d851ecad92fa25d830f39a258;
grant execute on function customers_of(uuid[]) to cdp_source;

create function data_quality(stale_before timestamp with time zone) returns TABLE(attribute text, category text, subjects bigint, known bigint, people bigint, verified bigint, stale bigint, disputed bigint, corrected bigint) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 15a7cd554e23116ac756f3386b09f30a;
grant execute on function data_quality(timestamp with time zone) to cdp_source;

create function day_of(moment timestamp with time zone) returns timestamp with time zone language sql immutable parallel safe owner cdp_owner body 9ccfe4e991045e2c647e2477919e236d;
grant execute on function day_of(timestamp with time zone) to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function decide_bond(wanted uuid, is_accepted boolean, moment timestamp with time zone) returns boolean language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 1f0e1916899a151ec615746ba074070a;
grant execute on function decide_bond(uuid,boolean,timestamp with time zone) to cdp_operator;

create function decision_reason(p permission, recipient uuid, source uuid, wanted text, at timestamp with time zone) returns text language plpgsql immutable owner cdp_owner body 41871fc2dd01bec4161630e66d7dea5a;
grant execute on function decision_reason(permission,uuid,uuid,text,timestamp with time zone) to cdp_customer, cdp_exporter, cdp_keeper, cdp_reader;

create function demands_to(only_one uuid, only_open boolean, after_at timestamp with time zone, after_id uuid, at_most integer, with_words boolean) returns TABLE(demand jsonb, own_wrapped bytea, source_subject uuid, source_wrapped bytea, held bytea, is_interaction boolean, names json, looked_at timestamp with time zone) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 422f6fa7280ac5bd4d4719bb3f908798;
grant execute on function demands_to(uuid,boolean,timestamp with time zone,uuid,integer,boolean) to cdp_source;

create function either(a text[], b text[]) returns text[] language sql immutable parallel safe owner cdp_owner body 42bb85b896caf9c39778d5f9636f2118;
grant execute on function either(text[],text[]) to cdp_customer, cdp_keeper;

create function end_permissions(customer uuid, everyone uuid[], moment timestamp with time zone) returns void language plpgsql volatile owner cdp_owner body b309227805a597fe96533c6a61c0a339;
grant execute on function end_permissions(uuid,uuid[],timestamp with time zone) to cdp_keeper;

create function end_signal_streams() returns trigger language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 59f180dfb4ca851e29976ad108813890;
grant execute on function end_signal_streams() to cdp_operator;

create function enter_scope(principal text, organization text, customer text, purpose text, client text, until text, seal text) returns void language plpgsql volatile owner cdp_owner body f95bddad55e6ce3c7383c342cdf9779a;
grant execute on function enter_scope(text,text,text,text,text,text,text) to cdp_login;

create function enter_scope_holding(principal text, organization text, customer text, purpose text, client text, until text, seal text, tokens bytea[], needed text) returns void language plpgsql volatile owner cdp_owner body d12c50d13f83d75b58525477763a6c65;
grant execute on function enter_scope_holding(text,text,text,text,text,text,text,bytea[],text) to cdp_login;

create function erase_customer(erasure uuid, moment timestamp with time zone) returns TABLE(erased_subject uuid, wrapped_key bytea) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 5037089978dec756ae2971db549f2f1a;
grant execute on function erase_customer(uuid,timestamp with time zone) to cdp_customer;

create function erase_own_statement(record uuid, moment timestamp with time zone) returns text language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 167df085ddc63c8d94de0bd2d543dd9c;
grant execute on function erase_own_statement(uuid,timestamp with time zone) to cdp_customer;

create function exchange_presentation(hash bytea, most integer) returns TABLE(customer_id uuid, is_spent boolean) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 6dec656889ed761d607eb3aa3b57a06e;
grant execute on function exchange_presentation(bytea,integer) to cdp_exporter;

create function family_holds(family uuid, organization uuid) returns uuid language plpgsql stable owner cdp_owner body f2f1f9607b6b8fa0c23c50ad69a203ef;
grant execute on function family_holds(uuid,uuid) to cdp_keeper;

create function finish_arrivals(customers uuid[], records uuid[], left_customers uuid[] DEFAULT '{}'::uuid[], left_records uuid[] DEFAULT '{}'::uuid[], left_rules uuid[] DEFAULT '{}'::uuid[]) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body f1ec5c7b2830d8b15d50333685f6e817;
grant execute on function finish_arrivals(uuid[],uuid[],uuid[],uuid[],uuid[]) to cdp_operator;

create function forget_contacts(everyone uuid[]) returns void language sql volatile owner cdp_owner body eee3b630609dba0a32dad042afec2cff;
grant execute on function forget_contacts(uuid[]) to cdp_keeper;

create function forget_demands(everyone uuid[]) returns void language sql volatile owner cdp_owner body ebc1e765d8f25b7f17682d763a7d061d;
grant execute on function forget_demands(uuid[]) to cdp_keeper;

create function forget_firings(everyone uuid[]) returns void language sql volatile owner cdp_owner body 84552c4d23095268d2dba35d5368b2e2;
grant execute on function forget_firings(uuid[]) to cdp_keeper;

create function forget_letters(everyone uuid[]) returns void language sql volatile owner cdp_owner body 5bfdda5eca1084f2c68805553879a3c2;
grant execute on function forget_letters(uuid[]) to cdp_keeper;

create function forget_messages(everyone uuid[]) returns void language sql volatile owner cdp_owner body 51d2f0b8564fb6ef9fc21c4faa3764fa;
grant execute on function forget_messages(uuid[]) to cdp_keeper;

create function forget_offers(everyone uuid[]) returns void language sql volatile owner cdp_owner body 011524c6d212ca0d7d68a9e0ab16398c;
grant execute on function forget_offers(uuid[]) to cdp_keeper;

create function forget_questions(subjects uuid[]) returns void language sql volatile owner cdp_owner body 6e4e5aee2e7f55627d66973a5f70c26d;
grant execute on function forget_questions(uuid[]) to cdp_keeper;

create function forget_record(customer uuid, organization uuid, record uuid) returns void language sql volatile owner cdp_owner body 647ec49c7759e36020c02a8de6472b52;
grant execute on function forget_record(uuid,uuid,uuid) to cdp_keeper;

create function forget_replies(everyone uuid[]) returns void language sql volatile owner cdp_owner body e0b68ece77866ace3ee561f32ea14dcd;
grant execute on function forget_replies(uuid[]) to cdp_keeper;

create function forget_requests(everyone uuid[]) returns void language sql volatile owner cdp_owner body 9f270ce67936cdbc17a9fe6ec3de2792;
grant execute on function forget_requests(uuid[]) to cdp_keeper;

create function forget_surveys(everyone uuid[]) returns void language sql volatile owner cdp_owner body c0377e4399204b45838e37c90dfd6e6a;
grant execute on function forget_surveys(uuid[]) to cdp_keeper;

create function forget_unknown(customer uuid) returns void language plpgsql volatile owner cdp_owner body 53c61338369d85c82ed0440d25aa228c;
grant execute on function forget_unknown(uuid) to cdp_keeper;

create function forget_ways_in(customers uuid[]) returns void language sql volatile owner cdp_owner body ed8ae413ac3c15e04378b002caf42c9c;
grant execute on function forget_ways_in(uuid[]) to cdp_keeper;

create function forget_wishes(everyone uuid[]) returns void language sql volatile owner cdp_owner body 2e989f8afa34133913954173b3b5c61f;
grant execute on function forget_wishes(uuid[]) to cdp_keeper;

create function gate() returns text[] language plpgsql stable parallel safe security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 951ee26957858cfaed9893e2178620e0;
grant execute on function gate() to cdp_reader;

create function generation_of(wrapped bytea) returns integer language sql immutable parallel safe owner cdp_owner body d8db6ff33316d1f928f4f3a83fa9ec6a;
grant execute on function generation_of(bytea) to cdp_keeper;

create function granted_at(p permission, at timestamp with time zone) returns text[] language sql immutable parallel safe owner cdp_owner body 6bf9be7d254e2707a592c8c90da95d1b;
grant execute on function granted_at(permission,timestamp with time zone) to cdp_customer, cdp_exporter, cdp_keeper, cdp_reader;

create function granted_requests(wanted uuid[]) returns TABLE(request_id uuid, customer_id uuid, categories text[], expires_at timestamp with time zone) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 6402b411dfc04dc5ccd4af9d6721004a;
grant execute on function granted_requests(uuid[]) to cdp_source;

create function graver(a text, b text) returns text language sql immutable parallel safe owner cdp_owner body 67ae6bcd79aba5381fc01e6c60a0005e;
grant execute on function graver(text,text) to cdp_keeper;

create function hand_over(handed uuid, conversation uuid, due timestamp with time zone, subject uuid, words bytea, moment timestamp with time zone) returns TABLE(standing uuid, since timestamp with time zone, until timestamp with time zone) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 161561b19408b7aed776cdecb98ca644;
grant execute on function hand_over(uuid,uuid,timestamp with time zone,uuid,bytea,timestamp with time zone) to cdp_source;

create function heard_of(customer uuid, corrected uuid, attribute text) returns boolean language sql stable owner cdp_keeper body 94a79e2823b971d6007dd006b0321cd4;

create function held_bonds(at_most integer, only_one uuid DEFAULT NULL::uuid) returns TABLE(bond_id uuid, held_why text, held_at timestamp with time zone, why text, tier text, weight real, evidence jsonb, model text, one_subject uuid, other_subject uuid, one_source uuid, other_source uuid, one_size bigint, other_size bigint, is_claimed boolean) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body d1c6cd4e432555348ff9c00f0ecbaf79;
grant execute on function held_bonds(integer,uuid) to cdp_operator;

create function hide_queryable(organization uuid, attribute_name text, at_most integer) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body d616d83151f5718d2033bca9bb7f2c49;
grant execute on function hide_queryable(uuid,text,integer) to cdp_operator, cdp_source;

create function hold_catalog() returns bigint language plpgsql volatile owner cdp_owner body 9cef6a60b2e05613135c9faa92f72e84;
grant execute on function hold_catalog() to cdp_operator, cdp_source;

create function hold_identifiers(blinds bytea[]) returns void language plpgsql volatile owner cdp_owner body 000b561816e6daf225e317864aba04ec;
grant execute on function hold_identifiers(bytea[]) to cdp_keeper;

create function hold_match_keys(keys bigint[]) returns void language plpgsql volatile owner cdp_owner body ec8a0a622cf1a0821d8c279019dfee6e;
grant execute on function hold_match_keys(bigint[]) to cdp_matcher;

create function holder_in(customer uuid, wanted_type text, wanted_blind bytea) returns uuid language sql stable owner cdp_owner body 58e3e38a328ff2b399c0f9c54d45f9fa;
grant execute on function holder_in(uuid,text,bytea) to cdp_keeper;

create function holders_of(wanted_type text, wanted_blind bytea) returns uuid[] language sql stable owner cdp_owner body 10d8a40832f4b95db54f8065a4002528;
grant execute on function holders_of(text,bytea) to cdp_keeper;

create function home_of(parting uuid[], former uuid) returns uuid language plpgsql volatile owner cdp_owner body 00a20340d97144ff301486ed22d0819d;
grant execute on function home_of(uuid[],uuid) to cdp_keeper;

create function host_of(kind text, value text) returns text language sql immutable owner cdp_owner body 0a60f240de637da5d02019d71331e98d;
grant execute on function host_of(text,text) to cdp_keeper;

create function identifying_attributes() returns text[] language sql immutable parallel safe owner cdp_owner body b11671e80630b4f74ebff9e6cee5d3a8;
grant execute on function identifying_attributes() to cdp_matcher;

create function identity_most(wanted text) returns integer language sql stable owner cdp_owner body b1e74e37a58024f50ff4da51ae1f281e;
grant execute on function identity_most(text) to cdp_keeper;

create function is_breaker_open(wanted text, moment timestamp with time zone, source uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid) returns boolean language sql stable owner cdp_owner body b9218e9f1279a58a552954ecf63bc529;
grant execute on function is_breaker_open(text,timestamp with time zone,uuid) to cdp_keeper;

create function is_crowded(me uuid, subject uuid, moment timestamp with time zone) returns boolean language sql stable owner cdp_owner body 8c1a3f335f389ea72303d2ab67746986;
grant execute on function is_crowded(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function is_first_said(said identifier, moment timestamp with time zone) returns boolean language sql stable owner cdp_owner body bc823b8413a1fdffe7a42a9793cb000e;
grant execute on function is_first_said(identifier,timestamp with time zone) to cdp_keeper;

create function is_question_spent(me uuid, moment timestamp with time zone) returns boolean language sql stable owner cdp_owner body 8e6745b43201155f48aee7019c4e7314;
grant execute on function is_question_spent(uuid,timestamp with time zone) to cdp_keeper;

create function is_sealed(expected text) returns boolean language plpgsql stable parallel safe security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body ea1854fe608fdc2f3647116f59ed276e;
grant execute on function is_sealed(text) to cdp_administrator, cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keymaster, cdp_matcher, cdp_operator, cdp_reader, cdp_sequencer, cdp_source, cdp_visitor;

create function is_within(a_kind text, a_value text, b_kind text, b_value text) returns boolean language sql immutable owner cdp_owner body 2e9f2354bd22a150affd1beb02f79da3;
grant execute on function is_within(text,text,text,text) to cdp_keeper;

create function join_by_word(own uuid, other uuid, reason text, moment timestamp with time zone) returns boolean language plpgsql volatile owner cdp_owner body 91baa5b81f8fb671277bf7f3b545f6ba;
grant execute on function join_by_word(uuid,uuid,text,timestamp with time zone) to cdp_keeper;

create function join_contacts(guest uuid, host uuid) returns void language sql volatile owner cdp_owner body ae61ddf1856ed59ce65b6f42f2a7a6d7;
grant execute on function join_contacts(uuid,uuid) to cdp_keeper;

create function join_customers(guest uuid, host uuid, why text, moment timestamp with time zone, one uuid DEFAULT NULL::uuid, other uuid DEFAULT NULL::uuid) returns boolean language plpgsql volatile owner cdp_owner body 9ad0ba0dfebc9e463bd3d7eaccd00bb1;
grant execute on function join_customers(uuid,uuid,text,timestamp with time zone,uuid,uuid) to cdp_keeper;

create function join_wishes(guest uuid, host uuid, moment timestamp with time zone) returns void language plpgsql volatile owner cdp_owner body e30af3f7876ab3f33ec2cd57a851f4fd;
grant execute on function join_wishes(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function keep_answer(me uuid, subject uuid, said text, moment timestamp with time zone) returns void language sql volatile owner cdp_owner body 241db65ba125117981dde8a576825c9f;
grant execute on function keep_answer(uuid,uuid,text,timestamp with time zone) to cdp_keeper;

create function keep_apart(one uuid, other uuid, moment timestamp with time zone) returns void language sql volatile owner cdp_owner body 10a72ba7d97fc5ca2f72548ab3640a05;
grant execute on function keep_apart(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function keep_confirmation(hash bytea, user_blind bytea, ends_at timestamp with time zone, moment timestamp with time zone) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 8bffe09d3fff9a526a6bb068fb2002ba;
grant execute on function keep_confirmation(bytea,bytea,timestamp with time zone,timestamp with time zone) to cdp_source;

create function keep_matches(compared uuid[], subjects uuid[], others uuid[], tiers text[], weights real[], evidence text[], model text, moment timestamp with time zone, joins real DEFAULT NULL::real, stays real DEFAULT NULL::real) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_keeper body 22cb10f21e2cc6aa6868fc02d427fe48;
grant execute on function keep_matches(uuid[],uuid[],uuid[],text[],real[],text[],text,timestamp with time zone,real,real) to cdp_matcher;

create function keep_permission(p permission) returns void language plpgsql volatile owner cdp_owner body 1c389dfce49631047330d943a81f38f3;
grant execute on function keep_permission(permission) to cdp_keeper;

create function keep_question_code(customer uuid, subject uuid, id uuid, hash bytea, ends_at timestamp with time zone, moment timestamp with time zone) returns boolean language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body ae701e8e87e68981f892d5770378d387;
grant execute on function keep_question_code(uuid,uuid,uuid,bytea,timestamp with time zone,timestamp with time zone) to cdp_doorman;

create function keep_reply(r reply) returns void language sql volatile owner cdp_owner body 236b0fce64f78b769eeda7038498ac55;
grant execute on function keep_reply(reply) to cdp_keeper;

create function latest_end(at timestamp with time zone) returns timestamp with time zone language sql immutable parallel safe owner cdp_owner body 6816c323220b521482f0f2245f28ba3a;
grant execute on function latest_end(timestamp with time zone) to cdp_keeper;

create function link_references(types text[], earlier bytea[], users bytea[], moment timestamp with time zone) returns SETOF integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body 47ee39175ce2a8e6febc6b6210355ad3;
grant execute on function link_references(text[],bytea[],bytea[],timestamp with time zone) to cdp_source;

create function log_accesses() returns trigger language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 72e49af1f3edc8f7d81aefdbbd70ec45;

create function log_acts() returns trigger language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 84af0f6c7c6a093c9aef3c5c4539b810;

create function log_demands() returns trigger language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 60b7391ee86b0bf17693dfb1af2bc8ce;

create function log_erasure(customers uuid[], erasure uuid, moment timestamp with time zone) returns void language sql volatile owner cdp_owner body 9c32a4ab13f1dd92968b2bb3a7180aed;
grant execute on function log_erasure(uuid[],uuid,timestamp with time zone) to cdp_keeper;

create function log_links() returns trigger language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body b9676fcd734dd2ade373f2adee5271c1;

create function log_lookup(types text[], blinds bytea[], own_types text[], own_blinds bytea[], visible uuid) returns boolean language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body dd09509796f9ad45fb1b7ad70264f223;
grant execute on function log_lookup(text[],bytea[],text[],bytea[],uuid) to cdp_exporter;

create function log_question(me uuid, other uuid, step text, is_right boolean) returns void language plpgsql volatile owner cdp_owner body 3c51e17c1ebdc86699c0b2285741a40c;
grant execute on function log_question(uuid,uuid,text,boolean) to cdp_keeper;

create function log_statement(kind text, customer uuid, fact uuid, organization uuid, digest bytea, moment timestamp with time zone) returns void language sql volatile owner cdp_owner body 06463ed26c70da9a0607e801bae68eaa;
grant execute on function log_statement(text,uuid,uuid,uuid,bytea,timestamp with time zone) to cdp_keeper;

create function log_wishes() returns trigger language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 27a720860ad4d490dec7066057bd4e9e;

create function make_contacts(customers uuid[], contacts uuid[], topics text[], roots text[], purposes text[], senders text[], used text[], ats timestamp with time zone[], blinds bytea[], client text) returns TABLE(made uuid, in_manner text) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 2ab3d0196a914415060a87ac7c40c506;
grant execute on function make_contacts(uuid[],uuid[],text[],text[],text[],text[],text[],timestamp with time zone[],bytea[],text) to cdp_source;

create function make_partition(parent text, name text, moment text, begins date, ends date) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_owner body 38254b62cec2e36e684f989d132e0a28;

create function make_partitions(at timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_owner body d5e2371433eff444d9f6117ae5fb1c67;
grant execute on function make_partitions(timestamp with time zone) to cdp_operator;

create function make_presentation(hash bytea, seconds integer, most integer) returns timestamp with time zone language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body deb67ab742fce0669766aa7120a08f8f;
grant execute on function make_presentation(bytea,integer,integer) to cdp_customer;

create function make_years(years integer[]) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_owner body ee7c246235323d95eff82da9f105b9a8;
grant execute on function make_years(integer[]) to cdp_source;

create function may_act(customer uuid, recipient uuid, kind text) returns boolean language sql stable owner cdp_owner body 6d7a67ef7abcc680b1b32ccfe705b6a2;
grant execute on function may_act(uuid,uuid,text) to cdp_keeper;

create function may_be_listed(customer uuid, organization uuid, about text, moment timestamp with time zone) returns boolean language sql stable owner cdp_owner body 9b16a974e483ecc51b7f2b32e125a451;
grant execute on function may_be_listed(uuid,uuid,text,timestamp with time zone) to cdp_keeper;

create function may_count(customer uuid, organization uuid, moment timestamp with time zone) returns boolean language sql stable owner cdp_owner body 9dc86b54293bc76142a6bb25c2b87a1f;
grant execute on function may_count(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function may_join(guest uuid, host uuid) returns boolean language sql stable owner cdp_owner body d59be08712997262732703e6cb1fa428;
grant execute on function may_join(uuid,uuid) to cdp_keeper;

create function measure_tables() returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_owner body cd50dc805d7040dc6f745473fd2f9eba;
grant execute on function measure_tables() to cdp_operator;

create function merge_customers(guest uuid, host uuid, why text, moment timestamp with time zone) returns uuid language plpgsql volatile owner cdp_owner body 4a0e4067c978206125fcbbf69951f959;
grant execute on function merge_customers(uuid,uuid,text,timestamp with time zone) to cdp_keeper;

create function merged(a permission, b permission, at timestamp with time zone) returns permission language plpgsql immutable owner cdp_owner body 5a5234acc09064b984929331765bcfb0;
grant execute on function merged(permission,permission,timestamp with time zone) to cdp_keeper;

create function message_addressee(person uuid, types text[], blinds bytea[], own_types text[], own_blinds bytea[]) returns TABLE(customer_id uuid, subject_id uuid, wrapped bytea) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 2043e6163ea157d87640439ac180aa58;
grant execute on function message_addressee(uuid,text[],bytea[],text[],bytea[]) to cdp_source;

create function message_of_code(hash bytea, is_alone boolean, moment timestamp with time zone) returns TABLE(found jsonb, is_mine boolean) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 568131b7cb14be36bbc09d80d6fcefed;
grant execute on function message_of_code(bytea,boolean,timestamp with time zone) to cdp_customer, cdp_visitor;

create function message_of_sender(from_kind text, from_value text, claimed uuid, is_call boolean, since timestamp with time zone, moment timestamp with time zone) returns TABLE(found jsonb, is_mine boolean) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 9f758d18dc0f57ba9017df41b24ab34d;
grant execute on function message_of_sender(text,text,uuid,boolean,timestamp with time zone,timestamp with time zone) to cdp_customer, cdp_visitor;

create function message_of_text(hash bytea, moment timestamp with time zone) returns TABLE(found jsonb, is_mine boolean) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 6d71268ecda134dbf06b3ffe2f4d7592;
grant execute on function message_of_text(bytea,timestamp with time zone) to cdp_customer, cdp_visitor;

create function move_subjects(moved uuid[], former uuid, target uuid) returns void language plpgsql volatile owner cdp_owner body 216e487e63445188fee45c518ff096d0;
grant execute on function move_subjects(uuid[],uuid,uuid) to cdp_keeper;

create function name_described(customers uuid[], sources uuid[]) returns uuid language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body de02e52d1825a7afb8a1597549664599;
grant execute on function name_described(uuid[],uuid[]) to cdp_exporter;

create function name_for_contact(customers uuid[], blinds bytea[], sealed bytea[], subjects uuid[], wrapped bytea[], moment timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body e8cbcad34f6df520652cce301c00198f;
grant execute on function name_for_contact(uuid[],bytea[],bytea[],uuid[],bytea[],timestamp with time zone) to cdp_source;

create function narrowed(p permission, wanted text[], wanted_sources uuid[], until timestamp with time zone, at timestamp with time zone) returns permission language plpgsql immutable owner cdp_owner body 127af16829c5f9c12b8ec93bc9072e3e;
grant execute on function narrowed(permission,text[],uuid[],timestamp with time zone,timestamp with time zone) to cdp_keeper;

create function new_salt() returns bytea language sql volatile parallel safe owner cdp_owner body 9bb4cc88b2f215c2c9d0607f9766a3b0;
grant execute on function new_salt() to cdp_keeper, cdp_sequencer;

create function not_alone(subjects uuid[]) returns uuid[] language sql stable set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_owner body 9e9dc89fec811e66a344c1d976192e3d;
grant execute on function not_alone(uuid[]) to cdp_keeper;

create function note_explained(subjects uuid[]) returns bigint language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body ec99b391c3143522ef607bc2f7907377;
grant execute on function note_explained(uuid[]) to cdp_operator;

create function note_firings(customers uuid[], firings uuid[], rules uuid[], records uuid[], told text[], digests bytea[]) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 8d25f705185c05b39e5bfe9e39f4980b;
grant execute on function note_firings(uuid[],uuid[],uuid[],uuid[],text[],bytea[]) to cdp_exporter;

create function note_look(customers uuid[], why text) returns void language sql volatile owner cdp_owner body 94eae8e6944ecb5d878345f7a7fb6317;
grant execute on function note_look(uuid[],text) to cdp_keeper;

create function note_offers(customers uuid[], offers uuid[], used text[]) returns SETOF uuid language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 473e6c95aa3ee056ad37bf5920310b67;
grant execute on function note_offers(uuid[],uuid[],text[]) to cdp_exporter;

create function note_quality(customers uuid[]) returns SETOF uuid language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 258d6420db3f198c42f77cd0bf796899;
grant execute on function note_quality(uuid[]) to cdp_source;

create function note_questions(subjects uuid[], moment timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body c60c041400d77278564638d662d0382c;
grant execute on function note_questions(uuid[],timestamp with time zone) to cdp_customer;

create function offer_wishes(customers uuid[]) returns TABLE(customer_id uuid, wishes jsonb, is_signalled boolean) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 66cf3e94d160a621cdb7d6afcf28eb5d;
grant execute on function offer_wishes(uuid[]) to cdp_exporter;

create function open_at(p permission, at timestamp with time zone) returns text[] language sql immutable parallel safe owner cdp_owner body f249abc798260289b40c8d27e5294b42;
grant execute on function open_at(permission,timestamp with time zone) to cdp_customer, cdp_keeper;

create function open_survey(record uuid, id uuid, barrier text, moment timestamp with time zone) returns TABLE(standing uuid, since timestamp with time zone, until timestamp with time zone, reason text) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body fd8d882625f26e72e50c7e77ff23256e;
grant execute on function open_survey(uuid,uuid,text,timestamp with time zone) to cdp_source;

create function opened_by(p permission, at timestamp with time zone) returns text[] language plpgsql stable parallel safe owner cdp_owner body c09d05871231ddde1974a146bd2c4cba;
grant execute on function opened_by(permission,timestamp with time zone) to cdp_customer, cdp_keeper;

create function opened_by_customers() returns TABLE(customer_id uuid, category text) language sql stable parallel safe owner cdp_owner body 1ec8a8dee28a9869b2bd180dffd340b0;
grant execute on function opened_by_customers() to cdp_exporter, cdp_keeper;

create function opens(categories text[], sources uuid[], expires_at timestamp with time zone, attested_categories text[], attested_expires_at timestamp with time zone, recipient_id uuid, source_id uuid, category text, at timestamp with time zone) returns boolean language sql immutable parallel safe owner cdp_owner body 6f05088c9268a12ddee7afea43578dd5;
grant execute on function opens(text[],uuid[],timestamp with time zone,text[],timestamp with time zone,uuid,uuid,text,timestamp with time zone) to cdp_customer, cdp_exporter, cdp_keeper;

create function own_bonds() returns TABLE(subject_id uuid, other_id uuid, why text, tier text, evidence jsonb, model text, at timestamp with time zone) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body a816d3f58eafb7ac7da03f54d3cc42b7;
grant execute on function own_bonds() to cdp_customer;

create function own_customers() returns uuid[] language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body a5c472f5e54066506a014b12610f7cc9;
grant execute on function own_customers() to cdp_customer;

create function own_firings(before timestamp with time zone, before_id uuid, most integer) returns SETOF firing language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 455f814d96dd865229a82ea791c252ff;
grant execute on function own_firings(timestamp with time zone,uuid,integer) to cdp_customer;

create function own_offers() returns TABLE(offer_id uuid, organization_id uuid, kind text, words jsonb, purpose text, uses text[], first_at timestamp with time zone, last_at timestamp with time zone, times integer) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body efe4aed2746e985a80f033571d99592a;
grant execute on function own_offers() to cdp_customer;

create function own_pseudonyms() returns uuid[] language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body c3c4e13ad04382018ec56f7e8d87f45f;
grant execute on function own_pseudonyms() to cdp_customer;

create function own_signals(organization uuid) returns TABLE(kind text, purpose text, at timestamp with time zone, acknowledged_at timestamp with time zone) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 91697cd6920254c34d642a99ef106bc9;
grant execute on function own_signals(uuid) to cdp_customer;

create function part_customer(former uuid, parting uuid[], target uuid, reason text, moment timestamp with time zone) returns void language plpgsql volatile owner cdp_owner body 1dc41c4ea6a046773f427472de804281;
grant execute on function part_customer(uuid,uuid[],uuid,text,timestamp with time zone) to cdp_keeper;

create function part_subjects(one uuid, other uuid, moment timestamp with time zone) returns boolean language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 769e6396acf1f70c5cffb17f3a4cf649;
grant execute on function part_subjects(uuid,uuid,timestamp with time zone) to cdp_operator;

create function part_wishes(guest uuid, host uuid, moment timestamp with time zone) returns void language plpgsql volatile owner cdp_owner body 148085d26deb5119d5780d96e573d69b;
grant execute on function part_wishes(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function part_with(customers uuid[]) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 3f02fc4258df247ce9d386f850b1a807;
grant execute on function part_with(uuid[]) to cdp_sequencer;

create function partition_subjects(wanted uuid[]) returns TABLE(subject_id uuid, place integer, bond_id uuid, held_why text) language plpgsql stable set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_owner body 81b0b39e902deb1b7593d853f6c28fc6;
grant execute on function partition_subjects(uuid[]) to cdp_keeper;

create function permission_after(p permission, kind text, wanted text[], wanted_sources uuid[], until timestamp with time zone, at timestamp with time zone) returns permission language plpgsql immutable owner cdp_owner body 22c4ec2b400af3f0404570066d61a67f;
grant execute on function permission_after(permission,text,text[],uuid[],timestamp with time zone,timestamp with time zone) to cdp_keeper;

create function point_shells(subjects uuid[]) returns void language sql volatile owner cdp_owner body 8f9e5774a6a738ce28bb1d7deac5ceb5;
grant execute on function point_shells(uuid[]) to cdp_keeper;

create function proof_targets(customer uuid, subject uuid, moment timestamp with time zone) returns TABLE(record_id uuid, type text, sealed bytea, wrapped bytea, types text[], blinds bytea[]) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 45ff4f8a1346217867fc566afacbbe16;
grant execute on function proof_targets(uuid,uuid,timestamp with time zone) to cdp_doorman;

create function prove_identifier(customer uuid, proven_type text, proven_blind bytea, sealed_reference bytea, moment timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 0e0a38a8258fb3b31aad932f7cd60b22;
grant execute on function prove_identifier(uuid,text,bytea,bytea,timestamp with time zone) to cdp_doorman;

create function prove_question(subject uuid, hash bytea, confirmed bytea, moment timestamp with time zone) returns text language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body b9c4c138915f6c5b6c4addaa294ade38;
grant execute on function prove_question(uuid,bytea,bytea,timestamp with time zone) to cdp_customer;

create function proving_identifiers(subject uuid, moment timestamp with time zone) returns TABLE(type text, blind bytea) language plpgsql stable set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_owner body e9918eecbcb53e425d99625b3e8fcf62;
grant execute on function proving_identifiers(uuid,timestamp with time zone) to cdp_keeper;

create function publish_sender(said_kind text, said_value text, complete boolean, most integer, moment timestamp with time zone) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body fc49c2cc9109e4780556a43a04ebd9d0;
grant execute on function publish_sender(text,text,boolean,integer,timestamp with time zone) to cdp_administrator;

create function published_senders() returns TABLE(organization_id uuid, slug text, name text, is_verified boolean, kind text, value text, is_complete boolean) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 549622f0ebb6411416265e54c08fbed3;
grant execute on function published_senders() to cdp_customer, cdp_visitor;

create function put_bond(one uuid, other uuid, grade text, reason text, moment timestamp with time zone, hold text DEFAULT NULL::text) returns void language sql volatile owner cdp_owner body 8fd3b5e02bc0a4f29ffa49cc361dd4b3;
grant execute on function put_bond(uuid,uuid,text,text,timestamp with time zone,text) to cdp_keeper;

create function put_matches(ones uuid[], twos uuid[], tiers text[], weights real[], evidence text[], version text, joins real, stays real, moment timestamp with time zone) returns uuid[] language plpgsql volatile set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_owner body e69d5eeddf4828b16fa66d31f5e7517e;
grant execute on function put_matches(uuid[],uuid[],text[],real[],text[],text,real,real,timestamp with time zone) to cdp_keeper;

create function raise_key_floor(wanted integer) returns void language plpgsql volatile owner cdp_owner body 956e9775185d56d7ebb34816f46e75e8;
grant execute on function raise_key_floor(integer) to cdp_keymaster;

create function read_replies(after timestamp with time zone, after_reply uuid, most integer) returns TABLE(customer_id uuid, reply_id uuid, entry_id uuid, by text, wants_human boolean, at timestamp with time zone, due_at timestamp with time zone, taken_at timestamp with time zone, subject_id uuid, sealed bytea, wrapped bytea, before jsonb, before_sealed bytea[], before_keys bytea[]) language sql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 0ad75bc4ab46d72dc2d9f425cb93131a;
grant execute on function read_replies(timestamp with time zone,uuid,integer) to cdp_source;

create function receipt_letters_due(at_most integer) returns SETOF uuid language sql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 015e11d18de57cd00d68889710ebd9a9;
grant execute on function receipt_letters_due(integer) to cdp_operator;

create function reconsider_answer(subject uuid) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 8aff131ba2930a2d0717260329d3688a;
grant execute on function reconsider_answer(uuid) to cdp_customer;

create function record_act(customer uuid, act uuid, kind text, recipient uuid, purpose_key text, wanted text[], wanted_sources uuid[], until timestamp with time zone, moment timestamp with time zone, actor text, client text, request uuid, proof jsonb) returns permission language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 0c3c2420810360a978dcc1666caa04d5;
grant execute on function record_act(uuid,uuid,text,uuid,text,text[],uuid[],timestamp with time zone,timestamp with time zone,text,text,uuid,jsonb) to cdp_customer, cdp_sequencer, cdp_source;

create function record_expiries(at_most integer, moment timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 20c7a51cca9e36e8ec796b545ef0c96e;
grant execute on function record_expiries(integer,timestamp with time zone) to cdp_sequencer;

create function refuse(code text, field text DEFAULT NULL::text) returns void language plpgsql volatile owner cdp_owner body 25f94e7dc5f71155c5291a50a537fd8f;
grant execute on function refuse(text,text) to cdp_keeper;

create function refuse_change() returns trigger language plpgsql volatile owner cdp_owner body 22b07a972283866e9fd1c4d38a995ea5;
grant execute on function refuse_change() to cdp_keeper;

create function refuse_change_but_parting() returns trigger language plpgsql volatile owner cdp_owner body 4786ecac3a2d97c842026d3bef6a620d;
grant execute on function refuse_change_but_parting() to cdp_keeper;

create function register_message(entry jsonb, is_told boolean) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body cc02ef3732c8c320813d6b80fdeffa39;
grant execute on function register_message(jsonb,boolean) to cdp_source;

create function reminders_due(moment timestamp with time zone, at_most integer) returns SETOF uuid language sql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 7647ce90802c3360398b95c56a368381;
grant execute on function reminders_due(timestamp with time zone,integer) to cdp_operator;

create function remove_offers(organization uuid) returns void language sql volatile owner cdp_owner body f780d46d61645496a8917cd8dcd328e7;
grant execute on function remove_offers(uuid) to cdp_keeper;

create function remove_organization(organization uuid, at_most integer, moment timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 0f31cb9ed8a7ea0fb7944965b95596cd;
grant execute on function remove_organization(uuid,integer,timestamp with time zone) to cdp_operator;

create function remove_rules(organization uuid) returns void language sql volatile owner cdp_owner body d2c935c70a1b253a7fd9bd57fe1edf7f;
grant execute on function remove_rules(uuid) to cdp_keeper;

create function remove_way_in(kind text, id uuid, wanted bytea) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body f6e906f2ffa2bebe9780a0c71293b48b;
grant execute on function remove_way_in(text,uuid,bytea) to cdp_customer;

create function replay_signals(organization uuid, wanted uuid, moment timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 054edb514c1764ec22fe18cb48418c33;
grant execute on function replay_signals(uuid,uuid,timestamp with time zone) to cdp_operator;

create function report_message(report uuid, about uuid, message_known uuid, said_channel text, said_kind text, said_value text, most integer, moment timestamp with time zone) returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 6cffc363b2f0db12a460a7130ce4c0d9;
grant execute on function report_message(uuid,uuid,uuid,text,text,text,integer,timestamp with time zone) to cdp_customer;

create function request_letters_due(moment timestamp with time zone, at_most integer) returns SETOF uuid language sql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body f2946cf5464ab0e6f2b6ccf24c065712;
grant execute on function request_letters_due(timestamp with time zone,integer) to cdp_operator;

create function reserve_contacts(about text, topic_root text, speaker text, customers uuid[], turns bigint[], contacts uuid[], ats timestamp with time zone[], untils timestamp with time zone[], words text[]) returns SETOF uuid language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body ce0da2509fb71e538ad100eae9535217;
grant execute on function reserve_contacts(text,text,text,uuid[],bigint[],uuid[],timestamp with time zone[],timestamp with time zone[],text[]) to cdp_exporter;

create function resolve_subjects(types text[], blinds bytea[], needed boolean[]) returns TABLE(ordinal integer, customer_id uuid, subject_id uuid, wrapped bytea, is_suppressed boolean) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body 159d3d1a9f232d3495303686dbe60f97;
grant execute on function resolve_subjects(text[],bytea[],boolean[]) to cdp_source;

create function reviewed_at(p permission, kept_at timestamp with time zone) returns timestamp with time zone language sql immutable owner cdp_owner body cc1121906b430c28720e3dc254e6684b;
grant execute on function reviewed_at(permission,timestamp with time zone) to cdp_customer, cdp_keeper;

create function rules_due(customers uuid[], whats text[]) returns TABLE(organization_id uuid, purpose text, client_id text, rule_id uuid, name text, records text[], expression text, topic text, channels text[], sender text, places integer[]) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 0cba677d51506d51e5a81ab6f5d5cd90;
grant execute on function rules_due(uuid[],text[]) to cdp_operator;

create function said_of(subjects uuid[]) returns TABLE(subject_id uuid, other_id uuid, is_same boolean) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_keeper body c35aa66c4e19eb43b145afd4854ffcb0;
grant execute on function said_of(uuid[]) to cdp_matcher;

create function scope_customer(expected text) returns uuid language sql stable parallel safe owner cdp_owner body be5ec6c90a0c7980f1eb86c44b143b44;
grant execute on function scope_customer(text) to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function scope_organization(expected text) returns uuid language sql stable parallel safe owner cdp_owner body b0174b29763cdad41cd53bf6e76c07b6;
grant execute on function scope_organization(text) to cdp_administrator, cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function send_reply(reply uuid, entry uuid, human boolean, due timestamp with time zone, subject uuid, words bytea, most integer, moment timestamp with time zone) returns uuid language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 0c8e152f41438264cbe3ac0ef41ceeb0;
grant execute on function send_reply(uuid,uuid,boolean,timestamp with time zone,uuid,bytea,integer,timestamp with time zone) to cdp_customer;

create function settle_likeness(customer uuid, moment timestamp with time zone) returns void language plpgsql volatile owner cdp_owner body a077f285664e7bb192a2f7fd97dcba58;
grant execute on function settle_likeness(uuid,timestamp with time zone) to cdp_keeper;

create function settle_membership(seeds uuid[], reason text, moment timestamp with time zone) returns integer language plpgsql volatile set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_owner body b9ffd741b35795ebd1e102607d76ed86;
grant execute on function settle_membership(uuid[],text,timestamp with time zone) to cdp_keeper;

create function settle_permission(p permission, kind text, moment timestamp with time zone, other permission DEFAULT NULL::permission) returns void language plpgsql volatile owner cdp_owner body 7336854632b252e6460c9a7a05ce75c3;
grant execute on function settle_permission(permission,text,timestamp with time zone,permission) to cdp_keeper;

create function settle_reply(settled uuid, is_done boolean, moment timestamp with time zone) returns boolean language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body f2c034a6bcfb1f26f1e8274a0f39e056;
grant execute on function settle_reply(uuid,boolean,timestamp with time zone) to cdp_source;

create function share_only_common(one uuid, other uuid) returns boolean language sql stable set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off owner cdp_owner body 34221af6ca214d5dd7821fb7f1a04bd3;
grant execute on function share_only_common(uuid,uuid) to cdp_keeper;

create function shared_by(a text[], b text[]) returns text[] language sql immutable parallel safe owner cdp_owner body 557a88c5c8c1e6a3b75f568e9fdceba3;
grant execute on function shared_by(text[],text[]) to cdp_keeper;

create function shred_subjects(customer uuid, subjects uuid[], moment timestamp with time zone) returns void language plpgsql volatile owner cdp_owner body e2e47c7603ca0ba925eb9c54321c9a53;
grant execute on function shred_subjects(uuid,uuid[],timestamp with time zone) to cdp_keeper;

create function split_from(p permission, other permission) returns permission language plpgsql immutable owner cdp_owner body 2c648d44c91974698bac0b3124fa7beb;
grant execute on function split_from(permission,permission) to cdp_keeper;

create function standing_matches(named uuid[]) returns TABLE(subject_id uuid, other_id uuid, tier text, weight real, is_held boolean) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body 6b33c521b02d9b5b600afc50065cb5c4;
grant execute on function standing_matches(uuid[]) to cdp_matcher;

create function standing_of(customer uuid, recipient uuid, purpose_key text) returns permission language plpgsql stable owner cdp_owner body a6ec69d1d542d90b2baf511a24862848;
grant execute on function standing_of(uuid,uuid,text) to cdp_keeper;

create function standing_reason(p permission, at timestamp with time zone) returns text language sql immutable parallel safe owner cdp_owner body 9b41ed9bd4e345bb74ddd23133654e35;
grant execute on function standing_reason(permission,timestamp with time zone) to cdp_exporter, cdp_keeper, cdp_reader;

create function stopped_by(p permission, stop text, at timestamp with time zone) returns permission language plpgsql immutable owner cdp_owner body 3b0195eb729d27c2d6fba88044452bee;
grant execute on function stopped_by(permission,text,timestamp with time zone) to cdp_keeper;

create function suppress_customer(customer uuid, erasure uuid, moment timestamp with time zone) returns void language sql volatile owner cdp_owner body 8d47f44414a9584ec8c4ed8e2e312140;
grant execute on function suppress_customer(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function suppressed_identifiers(types text[], blinds bytea[]) returns SETOF integer language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body 1fedbb602bb129a89a1f1c1c03be592e;
grant execute on function suppressed_identifiers(text[],bytea[]) to cdp_source;

create function survey_barrier(customer uuid, organization uuid, happened timestamp with time zone, moment timestamp with time zone) returns text language sql stable owner cdp_owner body 93ca4f229fc68100c370c1659202a86e;
grant execute on function survey_barrier(uuid,uuid,timestamp with time zone,timestamp with time zone) to cdp_keeper;

create function take_contact_turns(organization uuid, topic_root text, customers uuid[], turns bigint[]) returns SETOF uuid language sql volatile owner cdp_owner body 069690629174826003d128fb24a24c63;
grant execute on function take_contact_turns(uuid,text,uuid[],bigint[]) to cdp_keeper;

create function take_match_due(are_kept boolean, named uuid[], at_most integer) returns TABLE(customer_id uuid, subject_id uuid, source_id uuid, wrapped bytea) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off owner cdp_keeper body a58f92cd0f24538bd3d8b78ccc96c13d;
grant execute on function take_match_due(boolean,uuid[],integer) to cdp_matcher;

create function take_signal_stream(moment timestamp with time zone, lease timestamp with time zone) returns TABLE(organization_id uuid, stream_id uuid) language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 4ce5e4e815605dc7fee4fffb84abbd0b;
grant execute on function take_signal_stream(timestamp with time zone,timestamp with time zone) to cdp_operator;

create function tell_recipients(word text, source uuid, wanted text, moment timestamp with time zone) returns integer language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 2e7ac5e9f85f27cb0f8931f0f4a4c8a4;
grant execute on function tell_recipients(text,uuid,text,timestamp with time zone) to cdp_customer;

create function tell_said_again() returns void language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body d19cdec79e78a67e7104a6fb2592d0a7;
grant execute on function tell_said_again() to cdp_sequencer;

create function tier_of(reason text) returns text language sql immutable parallel safe owner cdp_owner body 3c3410edb9678cc71105cd6c865552ca;
grant execute on function tier_of(text) to cdp_keeper;

create function tokens_hold(hashes bytea[], holder text, house uuid, needed text) returns boolean language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body c686f24a05940159844a6a381b5e480c;
grant execute on function tokens_hold(bytea[],text,uuid,text) to cdp_login;

create function told_of(m message, o organization) returns jsonb language sql stable owner cdp_owner body 9faaebf56c630f4f8c9dd50431ade1ac;
grant execute on function told_of(message,organization) to cdp_keeper;

create function unlink_subject(customer uuid, subject uuid, moment timestamp with time zone) returns uuid language plpgsql volatile security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body dde4ecb7988878752ceb6a31fa3b8e7b;
grant execute on function unlink_subject(uuid,uuid,timestamp with time zone) to cdp_customer;

create function waiting_arrivals(most integer) returns TABLE(customer_id uuid, record_id uuid, what text, at timestamp with time zone, current_id uuid, left_to uuid[]) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 68230352d81875abf39f354dd50848b0;
grant execute on function waiting_arrivals(integer) to cdp_operator;

create function watched_types() returns text[] language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body 09d4db8917f6bdac937b1f22b903828a;
grant execute on function watched_types() to cdp_administrator, cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

create function who_are(subjects uuid[], ones uuid[], others uuid[]) returns TABLE(subject_id uuid, other_id uuid, other_customer uuid, other_source uuid, sealed bytea, wrapped bytea) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off set plan_cache_mode=force_generic_plan owner cdp_keeper body c1213f082542c98c45e54563cf26447f;
grant execute on function who_are(uuid[],uuid[],uuid[]) to cdp_matcher;

create function who_may_be(subjects uuid[], key_subjects uuid[], keys bigint[], counted boolean[], says integer[], hot integer, enough integer) returns TABLE(subject_id uuid, other_id uuid, other_customer uuid, other_source uuid, sealed bytea, wrapped bytea, key bigint, size integer) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp set enable_hashjoin=off set enable_mergejoin=off set enable_seqscan=off set plan_cache_mode=force_generic_plan owner cdp_keeper body 642f41a8d7508faf93535fe27bd7d933;
grant execute on function who_may_be(uuid[],uuid[],bigint[],boolean[],integer[],integer,integer) to cdp_matcher;

create function why_held(guest uuid, host uuid, moment timestamp with time zone) returns text language plpgsql stable owner cdp_owner body 387582be3494a3a548b1c9e92bfc8dcf;
grant execute on function why_held(uuid,uuid,timestamp with time zone) to cdp_keeper;

create function why_joined(guest uuid, host uuid, OUT reason text, OUT source_id uuid) returns record language sql stable owner cdp_owner body ed38048cf7c774cef7d21e3d87a605a0;
grant execute on function why_joined(uuid,uuid) to cdp_keeper;

create function wish_mark(customer uuid) returns text language sql immutable owner cdp_owner body 4a07f64eb628b4a4869e3676d89af7ef;
grant execute on function wish_mark(uuid) to cdp_keeper;

create function wishes_of(customers uuid[]) returns TABLE(customer_id uuid, document jsonb) language plpgsql stable security definer set search_path=pg_catalog, public, pg_temp owner cdp_keeper body e1fdba3bb29740ec88dabfe126fca0ed;
grant execute on function wishes_of(uuid[]) to cdp_exporter, cdp_reader;

create function wishes_told(document jsonb, organization uuid) returns jsonb language sql stable parallel safe owner cdp_owner body 3713e91b3e8573cdc02ea145b9493bbe;
grant execute on function wishes_told(jsonb,uuid) to cdp_keeper;

create function without(a text[], b text[]) returns text[] language sql immutable parallel safe owner cdp_owner body 72a514df4fd71d035beb3571f468d059;
grant execute on function without(text[],text[]) to cdp_keeper;

create function without_lapsed(p permission, other permission, at timestamp with time zone) returns permission language plpgsql immutable owner cdp_owner body 6e06679d78e6ccd846122e77c2cfc2f4;
grant execute on function without_lapsed(permission,permission,timestamp with time zone) to cdp_keeper;

create function words_of(source_id uuid, category text) returns text[] language sql immutable parallel safe owner cdp_owner body 59f1ea659ad31cd84a67a7a668599232;
grant execute on function words_of(uuid,text) to cdp_auditor, cdp_customer, cdp_doorman, cdp_exporter, cdp_keeper, cdp_keymaster, cdp_operator, cdp_reader, cdp_sequencer, cdp_source;

grant create, usage on schema public to cdp_owner;
