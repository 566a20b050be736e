-- Nobody but the keeper sees bonds; everybody else asks the functions, which answer to a sealed scope. The operator sets limits.

do $$
declare
    name text;
begin
    foreach name in array array['bond', 'separation', 'identity_limit', 'merge_count'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
end
$$;
grant select, insert, update, delete on bond to cdp_keeper;
grant select, insert, delete on separation to cdp_keeper;
grant select on identity_limit to cdp_keeper;
grant select, insert, update (merges) on merge_count to cdp_keeper;

create policy operator_wall on identity_limit to cdp_operator
    using ((select is_sealed('operator'))) with check ((select is_sealed('operator')));
grant select, update (most) on identity_limit to cdp_operator;
create policy operator_wall on merge_count to cdp_operator using ((select is_sealed('operator')));
grant select, delete on merge_count to cdp_operator;

grant execute on function bonded_with, said_of, keep_matches to cdp_matcher;
grant execute on function own_bonds to cdp_customer;
grant execute on function held_bonds, decide_bond, part_subjects, note_explained to cdp_operator;

do $$
declare
    name text;
begin
    foreach name in array array['bonded_with', 'said_of', 'keep_matches', 'own_bonds', 'held_bonds', 'decide_bond',
        'part_subjects', 'note_explained'] loop
        execute format('alter function public.%I owner to cdp_keeper', name);
    end loop;
    foreach name in array array[
        'identity_most', 'is_breaker_open', 'count_merge', 'are_two_people', 'put_bond', 'tier_of', 'why_held', 'component_of',
        'partition_subjects', 'part_customer', 'home_of', 'point_shells', 'settle_membership', 'why_joined', 'settle_likeness',
        'join_by_word', 'share_only_common', 'put_matches', 'not_alone', 'note_look',
        'keep_apart']
    loop
        execute format('grant execute on function public.%I to cdp_keeper', name);
    end loop;
end
$$;
