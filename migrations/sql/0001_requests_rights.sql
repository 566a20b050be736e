-- Who may do what with access requests: the organization makes, sees and withdraws its own and never sees whose they are;
-- the operator clears away what nobody answered.

create policy source_wall on access_request for select to cdp_source
    using (organization_id = (select scope_organization('source')));
create policy source_asks on access_request for insert to cdp_source
    with check (organization_id = (select scope_organization('source')));
create policy source_withdraws on access_request for update to cdp_source
    using (organization_id = (select scope_organization('source')) and state = 'pending')
    with check (organization_id = (select scope_organization('source')) and state = 'withdrawn');
grant select (request_id, organization_id, purpose, categories, sources, days, notice, consequences, used_by, texts, state,
    asked_at, due_at, answered_at), insert, update (state, answered_at) on access_request to cdp_source;

create policy operator_wall on access_request to cdp_operator
    using ((select is_sealed('operator')) and state in ('pending', 'withdrawn'));
grant select (ctid, due_at), delete on access_request to cdp_operator;

grant execute on function forget_requests to cdp_keeper;
grant execute on function ask_access, granted_requests to cdp_source;
grant execute on function request_letters_due to cdp_operator;
alter function ask_access owner to cdp_keeper;
alter function granted_requests owner to cdp_keeper;
alter function request_letters_due owner to cdp_keeper;
