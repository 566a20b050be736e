-- Moments of what the logs tell: finite, and of the years that every reader has words for. One beyond them, written by hand,
-- could not even be looked at, and both logs would stop at it.
do $$
declare
    told record;
begin
    for told in
        select * from (values
            ('act', 'at'), ('act', 'expires_at'), ('link', 'at'), ('wish_act', 'at'), ('message', 'at'), ('message', 'registered_at'),
            ('message_report', 'at'), ('reply', 'at'), ('demand', 'asked_at'), ('firing', 'at'), ('access', 'at'),
            ('consent_outbox', 'at'), ('consent_outbox', 'held_since'), ('access_outbox', 'at'), ('access_outbox', 'held_since'),
            ('log', 'begun_at'), ('log', 'ended_at'), ('log_key', 'added_at'), ('checkpoint', 'at')
        ) as t (of_table, of_column)
    loop
        execute format(
            'alter table %1$I add constraint %1$s_%2$s_is_told check (%2$I between %3$L and %4$L)',
            told.of_table, told.of_column, '0001-01-01 00:00:00+00', '9999-12-31 00:00:00+00');
    end loop;
end
$$;
