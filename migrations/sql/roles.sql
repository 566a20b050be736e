-- The roles of the vault, for the whole server; safe to run again. Nobody inherits: a right is taken
-- with `set local role` for one transaction.
do $$
declare
    wanted text;
    -- From 16 on whoever made a role may hand it out, and take it only after granting that to themselves.
    taking constant text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
    taken  constant text := case taking when 'set' then ' with inherit false, set true' else '' end;
begin
    foreach wanted in array array[
        'cdp_owner', 'cdp_keeper', 'cdp_reader', 'cdp_exporter', 'cdp_source', 'cdp_customer', 'cdp_auditor',
        'cdp_operator', 'cdp_administrator', 'cdp_doorman', 'cdp_sequencer', 'cdp_keymaster', 'cdp_matcher',
        'cdp_visitor'
    ] loop
        begin
            execute format('create role %I nologin noinherit', wanted);
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
    begin
        create role cdp_login login noinherit;
    exception when duplicate_object or unique_violation then
        null;
    end;
    foreach wanted in array array[
        'cdp_reader', 'cdp_exporter', 'cdp_source', 'cdp_customer', 'cdp_auditor',
        'cdp_operator', 'cdp_administrator', 'cdp_doorman', 'cdp_sequencer', 'cdp_keymaster', 'cdp_matcher',
        'cdp_visitor'
    ] loop
        if not pg_has_role('cdp_login', wanted, 'member') then
            execute format('grant %I to cdp_login', wanted);
        end if;
    end loop;
    if not pg_has_role('cdp_owner', 'cdp_keeper', 'member') then
        grant cdp_keeper to cdp_owner;
    end if;
    foreach wanted in array array['cdp_owner', 'cdp_keeper', 'cdp_operator'] loop
        if not pg_has_role(current_user, wanted, taking) then
            execute format('grant %I to %I', wanted, current_user) || taken;
        end if;
    end loop;
end
$$;
