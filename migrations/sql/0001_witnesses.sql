-- What witnesses signed under checkpoints of ours: added by the log's own hands, read by anybody, never changed.

create table cosignature (
    log_id  smallint not null,
    size    bigint not null,
    vkey    text not null,
    line    text not null,
    seen_at timestamptz not null,
    primary key (log_id, size, vkey),
    foreign key (log_id, size) references checkpoint
);
create index cosignature_witness on cosignature (log_id, vkey, size);
comment on table cosignature is 'That a witness saw a checkpoint, and when: a line under the checkpoint as it is published.';
comment on column cosignature.seen_at is 'The time in the line: the only one in the logs that is not our own word.';

alter table cosignature enable row level security, force row level security;
create trigger written_once before update or delete or truncate on cosignature
    for each statement execute function refuse_change();

create policy visitor_wall on cosignature for select to cdp_visitor using ((select is_sealed('visitor')));
create policy auditor_wall on cosignature for select to cdp_auditor using ((select is_sealed('auditor')));
create policy customer_wall on cosignature for select to cdp_customer using ((select scope_customer('customer')) is not null);
create policy sequencer_wall on cosignature to cdp_sequencer
    using ((select is_sealed('sequencer'))) with check ((select is_sealed('sequencer')));
grant select on cosignature to cdp_visitor, cdp_auditor, cdp_customer;
grant select, insert on cosignature to cdp_sequencer;

-- An auditor's own looking is written down like every other: about nobody, without a value, and with the organization
-- whose auditor it is; the platform's own has none.
create policy auditor_notes on access for insert to cdp_auditor
    with check ((select is_sealed('auditor')) and principal = 'auditor' and organization_id is not distinct from (select app_organization())
        and customer_id = '00000000-0000-0000-0000-000000000000' and released = '{}' and records = 0
        and client_id = (select app_client()));
grant insert on access to cdp_auditor;
