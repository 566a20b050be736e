-- Who may do what, by role and by row. A permissive policy is a wall (whose rows), a restrictive one a gate
-- (only what the customer granted). No policy, no row; no seal, no row.

do $$
declare
    name text;
begin
    for name in select c.relname from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'alembic_version'
    loop
        execute format('alter table public.%I enable row level security, force row level security', name);
        execute format('revoke all on public.%I from public', name);
    end loop;
end
$$;
revoke all on all functions in schema public from public;
-- Not `in schema`: what everybody may by default is taken back for all schemas or not at all.
alter default privileges for role cdp_owner revoke execute on functions from public;

grant usage on schema public to cdp_keeper, cdp_login, cdp_reader, cdp_exporter, cdp_source, cdp_customer, cdp_auditor,
    cdp_operator, cdp_doorman, cdp_sequencer, cdp_keymaster;
grant execute on function enter_scope(text, text, text, text, text, text, text), enter_scope_holding to cdp_login;
grant execute on function is_sealed(text), app_organization(), app_customer(), app_purpose(), app_client(), scope_organization(text),
    scope_customer(text), customer_source(), words_of(uuid, text), day_of(timestamptz)
    to cdp_keeper, cdp_reader, cdp_exporter, cdp_source, cdp_customer, cdp_auditor, cdp_operator, cdp_doorman, cdp_sequencer, cdp_keymaster;
grant execute on function gate() to cdp_reader;
grant execute on function app_customers(), opened_by_customers() to cdp_keeper, cdp_exporter;
grant execute on function opened_by(permission, timestamptz) to cdp_keeper;
grant execute on function
    opens(text[], uuid[], timestamptz, text[], timestamptz, uuid, uuid, text, timestamptz) to cdp_keeper, cdp_exporter, cdp_customer;
grant execute on function make_partitions(timestamptz), measure_tables() to cdp_operator;
grant execute on function make_years(integer[]) to cdp_source;

-- ---------------------------------------------------------------- the keeper: owner of the few functions that cross customers

do $$
declare
    name text;
begin
    foreach name in array array[
        'organization', 'client', 'access_token', 'write_key', 'category', 'purpose', 'attribute', 'record_type', 'scope_key',
        'reference', 'suppression', 'delivery', 'login_link', 'session', 'customer', 'subject', 'data_key', 'link', 'cannot_link',
        'identifier', 'record', 'interaction', 'evidence', 'act', 'permission', 'access_request', 'access', 'change', 'reject',
        'import_job', 'pull', 'key_destruction', 'idempotency', 'key_floor']
    loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
end
$$;
grant select on organization, client, access_token, write_key, category, purpose, attribute, record_type, scope_key to cdp_keeper;
grant select, insert on link, act, change, suppression, key_destruction to cdp_keeper;
grant select, insert, update, delete on reference, customer, subject, data_key, cannot_link, identifier, permission,
    access_request, session to cdp_keeper;
grant select, update (customer_id, superseded_at, queryable), delete on record to cdp_keeper;
grant select, update (customer_id), delete on interaction, evidence to cdp_keeper;
grant select, delete on delivery, reject, import_job, pull, login_link, idempotency, access_token, client, write_key,
    attribute, record_type to cdp_keeper;
grant update (closed_at, name, details) on organization to cdp_keeper;
grant select on key_floor to cdp_keeper;
grant insert on access to cdp_keeper;
grant delete on link, change, suppression to cdp_keeper;
grant update (erasure_id, is_proven, at) on suppression to cdp_keeper;

-- ---------------------------------------------------------------- reference data that everybody may read

do $$
declare
    name text;
begin
    foreach name in array array['category', 'purpose', 'attribute', 'record_type', 'catalog_version'] loop
        execute format('create policy catalog on %I for select to cdp_reader, cdp_exporter, cdp_source, cdp_customer,
            cdp_auditor, cdp_operator, cdp_doorman, cdp_sequencer using (true)', name);
        execute format('grant select on %I to cdp_reader, cdp_exporter, cdp_source, cdp_customer, cdp_auditor,
            cdp_operator, cdp_doorman, cdp_sequencer', name);
    end loop;
end
$$;
create policy names on organization for select
    to cdp_reader, cdp_exporter, cdp_source, cdp_customer, cdp_auditor, cdp_doorman, cdp_sequencer using (true);
grant select on organization to cdp_reader, cdp_exporter, cdp_source, cdp_customer, cdp_auditor, cdp_operator, cdp_doorman, cdp_sequencer;

-- ---------------------------------------------------------------- the reader: one customer in scope, the array gate

create policy reader_wall on record for select to cdp_reader
    using (customer_id = (select app_customer()));
create policy reader_gate on record as restrictive for select to cdp_reader
    using (words_of(source_id, category) && (select gate()));
create policy reader_wall on interaction for select to cdp_reader
    using (customer_id = (select app_customer()));
create policy reader_gate on interaction as restrictive for select to cdp_reader
    using (words_of(source_id, category) && (select gate()));
create policy reader_wall on data_key for select to cdp_reader
    using (customer_id = (select app_customer()));
create policy reader_gate on data_key as restrictive for select to cdp_reader
    using ((select gate()) <> '{}');
create policy reader_wall on permission for select to cdp_reader
    using (recipient_id = (select scope_organization('reader')) and customer_id = (select app_customer()));
create policy reader_wall on customer for select to cdp_reader
    using (customer_id = (select scope_customer('reader')));
create policy reader_wall on access for insert to cdp_reader
    with check (organization_id = (select scope_organization('reader'))
        and customer_id in ((select app_customer()), '00000000-0000-0000-0000-000000000000') -- nobody was found
        and principal = 'service' and client_id is not distinct from (select app_client())
        and purpose = (select app_purpose()));
grant select on record, interaction, permission to cdp_reader;
grant select (customer_id, subject_id, wrapped) on data_key to cdp_reader;
grant select (customer_id, merged_into) on customer to cdp_reader;
grant insert on access to cdp_reader;

-- ---------------------------------------------------------------- the exporter: sets of customers, the correlated gate

create policy exporter_wall on permission for select to cdp_exporter
    using (recipient_id = (select scope_organization('exporter')) and purpose = (select app_purpose()));
create policy exporter_wall on record for select to cdp_exporter
    using ((select is_sealed('exporter')));
create policy exporter_gate on record as restrictive for select to cdp_exporter
    using ((select current_setting('app.customers', true) <> '')
        and (customer_id, category) in (select o.customer_id, o.category from opened_by_customers() o)
      or exists (
        select from permission p
        where p.customer_id = record.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                    record.source_id, record.category, statement_timestamp())));
create policy exporter_wall on interaction for select to cdp_exporter
    using ((select is_sealed('exporter')));
create policy exporter_gate on interaction as restrictive for select to cdp_exporter
    using (exists (
        select from permission p
        where p.customer_id = interaction.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                    interaction.source_id, interaction.category, statement_timestamp())));
create policy exporter_wall on identifier for select to cdp_exporter
    using ((select is_sealed('exporter')));
create policy exporter_gate on identifier as restrictive for select to cdp_exporter
    using (exists (
        select from permission p
        where p.customer_id = identifier.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                    identifier.source_id, identifier.category, statement_timestamp())));
create policy exporter_wall on reference for select to cdp_exporter
    using (source_id = (select scope_organization('exporter')));
create policy exporter_gate on reference as restrictive for select to cdp_exporter
    using (exists (
        select from permission p
        where p.customer_id = reference.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and greatest(p.expires_at, p.attested_expires_at) > statement_timestamp()));
create policy exporter_wall on data_key for select to cdp_exporter
    using ((select is_sealed('exporter')));
create policy exporter_gate on data_key as restrictive for select to cdp_exporter
    using (exists (
        select from permission p
        where p.customer_id = data_key.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and greatest(p.expires_at, p.attested_expires_at) > statement_timestamp()));
create policy exporter_wall on customer for select to cdp_exporter -- whoever granted nothing cannot be listed
    using (exists (
        select from permission p
        where p.customer_id = customer.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and greatest(p.expires_at, p.attested_expires_at) > statement_timestamp()));
create policy exporter_wall on access for insert to cdp_exporter
    with check (organization_id = (select scope_organization('exporter'))
        and principal = 'service' and client_id is not distinct from (select app_client())
        and purpose = (select app_purpose()));
grant select on record, interaction, permission, identifier to cdp_exporter;
grant select (source_id, type, blind, customer_id, subject_id) on reference to cdp_exporter;
grant select (customer_id, subject_id, wrapped) on data_key to cdp_exporter;
grant select (customer_id, merged_into) on customer to cdp_exporter;
grant insert on access to cdp_exporter;

-- ---------------------------------------------------------------- the source: adds, and reads no value

-- `is true`, so that a plan made while the table is small does not look things up by their source.
create policy source_wall on record to cdp_source
    using ((source_id = (select scope_organization('source'))) is true)
    with check (source_id = (select scope_organization('source')));
grant insert on record to cdp_source;
grant select (customer_id, record_id, subject_id, source_id, kind, category, type, key, occurred_at, received_at, superseded_at, digest)
    on record to cdp_source;
grant update (superseded_at, occurred_at, received_at, category, queryable) on record to cdp_source;
create policy source_wall on interaction to cdp_source
    using ((source_id = (select scope_organization('source'))) is true)
    with check (source_id = (select scope_organization('source')));
grant insert on interaction to cdp_source;
grant select (customer_id, record_id, source_id, category, type, occurred_at) on interaction to cdp_source;
grant update (category) on interaction to cdp_source;
create policy source_wall on evidence for insert to cdp_source
    with check (source_id = (select scope_organization('source')));
grant insert on evidence to cdp_source;
create policy source_wall on delivery to cdp_source
    using (source_id = (select scope_organization('source'))) with check (source_id = (select scope_organization('source')));
grant select, insert on delivery to cdp_source;
create policy source_wall on reject to cdp_source
    using (source_id = (select scope_organization('source'))) with check (source_id = (select scope_organization('source')));
grant select, insert on reject to cdp_source;
create policy source_wall on import_job to cdp_source
    using (source_id = (select scope_organization('source'))) with check (source_id = (select scope_organization('source')));
grant select, insert, update on import_job to cdp_source;
create policy source_wall on pull to cdp_source
    using (source_id = (select scope_organization('source'))) with check (source_id = (select scope_organization('source')));
grant select, insert, update, delete on pull to cdp_source;
create policy source_wall on attribute to cdp_source
    using (organization_id = (select scope_organization('source'))) with check (organization_id = (select scope_organization('source')));
grant insert, update, delete on attribute to cdp_source;
create policy source_wall on record_type to cdp_source
    using (organization_id = (select scope_organization('source'))) with check (organization_id = (select scope_organization('source')));
grant insert, update, delete on record_type to cdp_source;
create policy source_wall on change for select to cdp_source
    using (organization_id = (select scope_organization('source')));
grant select on change to cdp_source;
create policy source_wall on permission for select to cdp_source
    using (recipient_id = (select scope_organization('source')));
grant select on permission to cdp_source;

-- ---------------------------------------------------------------- the customer: the whole own dossier

do $$
declare
    name text;
begin
    foreach name in array array[
        'customer', 'subject', 'data_key', 'link', 'reference', 'identifier', 'record', 'interaction', 'evidence',
        'permission', 'access_request', 'access', 'session', 'cannot_link']
    loop
        execute format('create policy customer_wall on %I to cdp_customer
            using (customer_id = (select scope_customer(''customer''))) with check (customer_id = (select scope_customer(''customer'')))', name);
        execute format('grant select on %I to cdp_customer', name);
    end loop;
end
$$;
-- What happened before somebody turned out to be the same person belongs to the history, too.
create policy customer_wall on act for select to cdp_customer using (customer_id = any ((select own_customers())::uuid[]));
create policy customer_before on access for select to cdp_customer using (customer_id = any ((select own_customers())::uuid[]));
grant select on act to cdp_customer;
grant execute on function own_customers() to cdp_keeper, cdp_customer;
grant execute on function opened_by(permission, timestamptz) to cdp_customer;
grant execute on function tell_recipients to cdp_customer;
create policy customer_gate on record as restrictive for insert to cdp_customer
    with check (source_id = customer_source());
-- They dispute what others said about them; that it has been said anew, only its source says.
create policy customer_keeps on record as restrictive for update to cdp_customer
    with check (source_id = customer_source() or superseded_at is null);
grant insert on record to cdp_customer;
grant update (superseded_at, disputed_at, corrected_at) on record to cdp_customer;
grant update (disputed_at) on interaction to cdp_customer;
grant update (details) on customer to cdp_customer;
grant update (state, answered_at, told_at) on access_request to cdp_customer;
grant update (ended_at) on session to cdp_customer;
grant insert on access to cdp_customer;

create policy customer_wall on idempotency to cdp_customer
    using (caller = (select scope_customer('customer'))::text) with check (caller = (select scope_customer('customer'))::text);
create policy source_wall on idempotency to cdp_source
    using (caller = (select scope_organization('source'))::text) with check (caller = (select scope_organization('source'))::text);
grant select, insert, update (status, answer, at), delete on idempotency to cdp_customer, cdp_source;

-- What a customer writes into the log of accesses is that they read their own, and when is not theirs to say; nor anybody's.
create policy customer_own on access as restrictive for insert to cdp_customer
    with check (principal = 'customer' and organization_id is null and purpose is null and act_id is null
        and client_id is not distinct from (select app_client()));
create policy access_now on access as restrictive for insert to cdp_reader, cdp_exporter, cdp_customer, cdp_auditor
    with check (at between statement_timestamp() - interval '1 minute' and statement_timestamp());

-- ---------------------------------------------------------------- the auditor: logs, never a value

create policy auditor_wall on act for select to cdp_auditor
    using ((select is_sealed('auditor'))
        and ((select app_organization()) is null or recipient_id = (select app_organization())));
create policy auditor_wall on access for select to cdp_auditor
    using ((select is_sealed('auditor'))
        and ((select app_organization()) is null or organization_id = (select app_organization())));
grant select on act, access to cdp_auditor;

-- ---------------------------------------------------------------- the operator: organizations, clients, catalog, jobs; never a value

do $$
declare
    name text;
begin
    foreach name in array array[
        'organization', 'client', 'access_token', 'write_key', 'category', 'purpose', 'attribute', 'record_type', 'pull',
        'delivery', 'idempotency', 'login_link', 'session', 'import_job']
    loop
        execute format('create policy operator_wall on %I to cdp_operator
            using ((select is_sealed(''operator''))) with check ((select is_sealed(''operator'')))', name);
        execute format('grant select on %I to cdp_operator', name);
    end loop;
end
$$;
revoke select on idempotency from cdp_operator;
grant select (ctid, at) on idempotency to cdp_operator;
grant insert, update on organization, client, write_key, category, purpose to cdp_operator;
grant insert, update, delete on attribute, record_type, pull to cdp_operator;
grant update (revoked_at), delete on access_token to cdp_operator;
grant delete on delivery, idempotency, login_link, session to cdp_operator;
create policy operator_wall on change to cdp_operator using ((select is_sealed('operator')));
grant select (ctid, at), delete on change to cdp_operator;
create policy operator_wall on customer for select to cdp_operator using ((select is_sealed('operator')));
grant select (customer_id, created_at, claimed_at, merged_into) on customer to cdp_operator;
create policy operator_wall on record to cdp_operator
    using ((select is_sealed('operator'))) with check ((select is_sealed('operator')));
grant select (customer_id, record_id, source_id, kind, category, type) on record to cdp_operator;
grant update (category) on record to cdp_operator;
create policy operator_wall on interaction to cdp_operator
    using ((select is_sealed('operator'))) with check ((select is_sealed('operator')));
grant select (customer_id, record_id, source_id, category, type, occurred_at) on interaction to cdp_operator;
grant update (category) on interaction to cdp_operator;

create policy operator_wall on reject to cdp_operator using ((select is_sealed('operator')));
grant select, delete on reject to cdp_operator;
create policy operator_wall on subject for select to cdp_operator using ((select is_sealed('operator')));
grant select (subject_id, source_id) on subject to cdp_operator;
create policy source_wall on catalog_version for update to cdp_source
    using ((select is_sealed('source'))) with check ((select is_sealed('source')));
create policy operator_wall on catalog_version for update to cdp_operator
    using ((select is_sealed('operator'))) with check ((select is_sealed('operator')));
grant update (version) on catalog_version to cdp_source, cdp_operator;
grant execute on function hold_catalog(), change_catalog() to cdp_source, cdp_operator;

-- ---------------------------------------------------------------- the doorman: credentials, nothing behind the door

do $$
declare
    name text;
begin
    foreach name in array array['client', 'access_token', 'write_key', 'session', 'login_link'] loop
        execute format('create policy doorman_wall on %I to cdp_doorman
            using ((select is_sealed(''doorman''))) with check ((select is_sealed(''doorman'')))', name);
        execute format('grant select on %I to cdp_doorman', name);
    end loop;
end
$$;
create policy doorman_wall on idempotency to cdp_doorman
    using ((select is_sealed('doorman')) and caller = 'session') with check ((select is_sealed('doorman')) and caller = 'session');
grant select, insert, update (status, answer, at), delete on idempotency to cdp_doorman;
grant insert on access_token, session, login_link to cdp_doorman;
grant update (revoked_at) on access_token to cdp_doorman;
grant update (used_at, code_tries, link_tries) on login_link to cdp_doorman;
grant update (session_hash, ended_at, proven_at) on session to cdp_doorman;

-- ---------------------------------------------------------------- the keymaster: wrapped keys, no record

create policy keymaster_wall on data_key to cdp_keymaster
    using ((select is_sealed('keymaster'))) with check ((select is_sealed('keymaster')));
grant select, update (wrapped, generation) on data_key to cdp_keymaster;
create policy keymaster_wall on subject for select to cdp_keymaster using ((select is_sealed('keymaster')));
grant select (customer_id, subject_id, source_id) on subject to cdp_keymaster; -- whose keys are gone after a restore
create policy keymaster_wall on key_destruction to cdp_keymaster
    using ((select is_sealed('keymaster'))) with check ((select is_sealed('keymaster')));
grant select, update (done_at) on key_destruction to cdp_keymaster;
create policy keymaster_wall on key_floor to cdp_keymaster
    using ((select is_sealed('keymaster'))) with check ((select is_sealed('keymaster')));
grant select, update (generation) on key_floor to cdp_keymaster;
