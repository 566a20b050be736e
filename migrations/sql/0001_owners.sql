-- Who may call the keeper's functions; then the keeper owns them, so that a definer has the keeper's rights and no more.
grant execute on function check_token(bytea), check_tokens(bytea[]), tokens_hold, check_write_key(bytea), check_session(bytea) to cdp_login;
grant execute on function current_customer to cdp_reader, cdp_exporter;
grant execute on function log_lookup to cdp_exporter;
grant execute on function standing_reason to cdp_keeper, cdp_reader, cdp_exporter;
grant execute on function claim_customer to cdp_doorman;
grant execute on function record_act to cdp_customer, cdp_source, cdp_sequencer;
grant execute on function resolve_subjects, customers_of, suppressed_identifiers, create_subjects, add_references, add_identifiers,
    link_references to cdp_source;
grant execute on function unlink_subject, erase_customer to cdp_customer;
grant execute on function remove_organization to cdp_operator;
grant execute on function raise_key_floor to cdp_keymaster;
grant execute on function hide_queryable to cdp_source, cdp_operator;
grant execute on function decision_reason, granted_at, attested_at to cdp_customer, cdp_reader, cdp_exporter;

do $$
declare
    name text;
begin
    foreach name in array array[
        'is_sealed', 'gate', 'record_act', 'resolve_subjects', 'customers_of', 'suppressed_identifiers', 'create_subjects',
        'add_references', 'add_identifiers', 'link_references', 'unlink_subject', 'claim_customer', 'erase_customer', 'remove_organization',
        'check_token', 'check_tokens', 'tokens_hold', 'current_customer', 'log_lookup', 'check_write_key', 'check_session', 'hide_queryable', 'own_customers',
        'tell_recipients']
    loop
        execute format('alter function public.%I owner to cdp_keeper', name);
    end loop;
    -- The steps inside them are nobody's to call.
    foreach name in array array[
        'refuse', 'without', 'shared_by', 'either', 'common_sources', 'granted_at', 'attested_at', 'open_at', 'latest_end', 'graver',
        'stopped_by', 'narrowed', 'permission_after', 'may_act', 'check_act', 'check_transition', 'standing_of', 'keep_permission',
        'without_lapsed', 'merged', 'split_from', 'settle_permission', 'may_join', 'are_several_people', 'holders_of', 'hold_identifiers',
        'join_customers', 'holder_in', 'bind_holders', 'move_subjects', 'merge_customers', 'shred_subjects', 'forget_unknown', 'admit_keys', 'generation_of', 'suppress_customer',
        'end_permissions']
    loop
        execute format('grant execute on function public.%I to cdp_keeper', name);
    end loop;
end
$$;

-- A process compares the schema with its own program before it says that it is ready.
grant select on alembic_version to cdp_login;
