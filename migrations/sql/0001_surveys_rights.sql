-- Who may do what with surveys: an organization asks through a function; customers see and answer their own; what they
-- answered is opened, to the organization that asked and to nobody else, by a grant of their own conversations.

create policy keeper on survey to cdp_keeper using (true) with check (true);
grant select, insert, update (customer_id), delete on survey to cdp_keeper;

create policy customer_wall on survey to cdp_customer
    using (customer_id = (select scope_customer('customer'))) with check (customer_id = (select scope_customer('customer')));
grant select, update (subject_id, answered_at, declined_at, sealed) on survey to cdp_customer;

create policy reader_wall on survey for select to cdp_reader
    using (organization_id = (select scope_organization('reader')) and customer_id = (select app_customer()));
create policy reader_gate on survey as restrictive for select to cdp_reader
    using (answered_at is not null and words_of(customer_source(), 'conversations') && (select gate()));
grant select on survey to cdp_reader;

create policy exporter_wall on survey for select to cdp_exporter
    using (organization_id = (select scope_organization('exporter')));
create policy exporter_gate on survey as restrictive for select to cdp_exporter
    using (answered_at is not null and exists (
        select from permission p
        where p.customer_id = survey.customer_id
          and p.recipient_id = (select app_organization())
          and p.purpose = (select app_purpose())
          and opens(p.categories, p.sources, p.expires_at, p.attested_categories, p.attested_expires_at, p.recipient_id,
                    customer_source(), 'conversations', statement_timestamp())));
grant select on survey to cdp_exporter;

grant execute on function may_count, survey_barrier, forget_surveys to cdp_keeper;
grant execute on function open_survey to cdp_source;
alter function open_survey owner to cdp_keeper;
