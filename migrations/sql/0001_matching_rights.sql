-- The matcher: entered in the transaction of a source's delivery, or by the worker. It sees what identifies people, sealed,
-- the keys to open it, and which others are alike; no product, no conversation, no grant. A source sees nothing of it.

do $$
declare
    name text;
begin
    foreach name in array array['likeness', 'match_key', 'match_due'] loop
        execute format('alter table public.%I enable row level security, force row level security', name);
        execute format('revoke all on public.%I from public', name);
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
        execute format('create policy matcher_wall on %I to cdp_matcher
            using ((select is_sealed(''matcher''))) with check ((select is_sealed(''matcher'')))', name);
        execute format('grant select, delete on %I to cdp_keeper', name);
        execute format('grant select, insert on %I to cdp_matcher', name);
    end loop;
end
$$;
revoke all on function identifying_attributes(), hold_match_keys(bigint[]), take_match_due(boolean, uuid[], integer),
    standing_matches(uuid[]), who_may_be(uuid[], uuid[], bigint[], boolean[], integer[], integer, integer),
    who_are(uuid[], uuid[], uuid[]) from public;
grant usage on schema public to cdp_matcher;
grant execute on function is_sealed(text) to cdp_matcher;
grant update (customer_id) on likeness to cdp_keeper;
grant update (at) on match_due to cdp_keeper; -- to lock them
grant update (keys, sealed, at) on likeness to cdp_matcher;
grant delete, update (knows) on match_key to cdp_matcher;

create policy matcher_wall on record for select to cdp_matcher
    using ((select is_sealed('matcher')) and kind = 'attributes' and superseded_at is null and type = any (identifying_attributes()));
grant select (customer_id, record_id, subject_id, kind, type, superseded_at, sealed) on record to cdp_matcher;
-- Of a verified customer number somebody has one at a source: two different ones are two people. Its hash tells no more.
-- An address or number that a source only named them by identifies them as much as one that it stated.
create policy matcher_wall on identifier for select to cdp_matcher
    using ((select is_sealed('matcher')) and (type <> 'customer_number' or is_verified));
grant select (customer_id, subject_id, source_id, type, blind, is_verified, sealed) on identifier to cdp_matcher;
create policy matcher_wall on subject for select to cdp_matcher using ((select is_sealed('matcher')));
grant select (customer_id, subject_id, source_id) on subject to cdp_matcher;
create policy matcher_wall on data_key for select to cdp_matcher using ((select is_sealed('matcher')));
grant select (customer_id, subject_id, wrapped) on data_key to cdp_matcher;
grant execute on function identifying_attributes(), hold_match_keys(bigint[]), take_match_due(boolean, uuid[], integer),
    standing_matches(uuid[]), who_may_be(uuid[], uuid[], bigint[], boolean[], integer[], integer, integer),
    who_are(uuid[], uuid[], uuid[]) to cdp_matcher;
alter function take_match_due(boolean, uuid[], integer) owner to cdp_keeper;
alter function standing_matches(uuid[]) owner to cdp_keeper;
alter function who_may_be(uuid[], uuid[], bigint[], boolean[], integer[], integer, integer) owner to cdp_keeper;
alter function who_are(uuid[], uuid[], uuid[]) owner to cdp_keeper;

-- A large delivery only says whom it changed.
create policy source_wall on match_due for insert to cdp_source
    with check (source_id = (select scope_organization('source')));
grant insert on match_due to cdp_source;
