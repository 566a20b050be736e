-- Who may do what with offers: an organization keeps its own; what was chosen for a customer only they see, by `own_offers`.

do $$
declare
    name text;
begin
    foreach name in array array['offer', 'offer_shown'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
end
$$;
create policy source_wall on offer to cdp_source
    using (organization_id = (select scope_organization('source'))) with check (organization_id = (select scope_organization('source')));
grant select, insert, update (ended_at) on offer to cdp_source;
grant select, delete on offer to cdp_keeper;
grant select, insert, update (uses, last_at, times), delete on offer_shown to cdp_keeper;

revoke all on function offer_wishes, note_offers, own_offers, forget_offers, remove_offers from public;
grant execute on function offer_wishes, note_offers to cdp_exporter;
grant execute on function own_offers to cdp_customer;
grant execute on function forget_offers, remove_offers to cdp_keeper;
alter function offer_wishes owner to cdp_keeper;
alter function note_offers owner to cdp_keeper;
alter function own_offers owner to cdp_keeper;
