-- What an employee has to know beside the profile of one customer: how to speak to them, what they wait for, and what they
-- answered last. The walls and gates say what of it the organization in scope sees for its purpose; the line in the access
-- log is the profile's, read just before: under the same permission, if `epoch` and `stopped` are still what they were.
-- in   customer
-- out  one row: customer_id (who that is now), wishes (JSON), own name, how it is said and their wrapped key behind its subject; waiting: demands,
--      the oldest first; survey ids, when each was answered, what is sealed, and the wrapped keys behind their subjects; the same
--      of what they said back and nobody closed: facts as JSON, who waits for a human and is first in turn before the others;
--      epoch of the permission, and all categories that an objection closed (`*` for everything), with spaces between them
select n.customer_id, f.wishes, f.own_name, f.own_said, f.own_key,
    waiting.them as waiting, told.ids, told.times, told.sealed, told.keys, said.facts, said.sealed, said.keys,
    p.epoch, case when p.stopped is null then array_to_string(p.stopped_categories, ' ') else '*' end as stopped
from (select coalesce(current_customer(%(customer)s), %(customer)s) as customer_id offset 0) n
left join permission p on p.customer_id = n.customer_id and p.recipient_id = (select app_organization())
    and p.purpose = (select app_purpose())
left join contact_facts(array[n.customer_id], statement_timestamp()) f on f.customer_id = n.customer_id
left join lateral (
    select json_agg(w.it)::text as them
    from (
        select json_build_object('kind', a.kind, 'category', a.category, 'type', a.type, 'asked_at', a.asked_at,
            'due_at', a.due_at) as it
        from demand a
        where a.customer_id = n.customer_id and a.answered_at is null and a.withdrawn_at is null
        order by a.asked_at, a.kind
        limit 20
    ) w
) waiting on true
left join lateral (
    select array_agg(s.survey_id) as ids, array_agg(s.answered_at) as times, array_agg(s.sealed) as sealed,
        array_agg(uuid_send(k.subject_id) || k.wrapped) as keys
    from (
        select y.customer_id, y.survey_id, y.subject_id, y.answered_at, y.sealed
        from survey y
        where y.customer_id = n.customer_id and y.sealed is not null
        order by y.answered_at desc, y.survey_id
        limit 3
    ) s
    join data_key k on k.customer_id = s.customer_id and k.subject_id = s.subject_id
) told on true
left join lateral (
    select json_agg(r.fact order by r.place)::text as facts, array_agg(r.sealed order by r.place) as sealed,
        array_agg(uuid_send(k.subject_id) || k.wrapped order by r.place) as keys
    from (
        select y.customer_id, y.subject_id, y.sealed, row_number() over (order by not y.wants_human, y.due_at, y.at, y.reply_id) as place,
            json_build_object('reply_id', y.reply_id, 'at', y.at, 'due_at', y.due_at, 'wants_human', y.wants_human,
                'taken_at', y.taken_at) as fact
        from reply y
        where y.customer_id = n.customer_id and y.done_at is null
        order by place
        limit 20
    ) r
    join data_key k on k.customer_id = r.customer_id and k.subject_id = r.subject_id
) said on true
