-- Who may do what about "is this you?": customers see their own questions, functions do the rest, the operator throws away
-- what is old.

create policy customer_wall on question to cdp_customer
    using (customer_id = (select scope_customer('customer'))) with check (customer_id = (select scope_customer('customer')));
grant select on question to cdp_customer;

do $$
declare
    name text;
begin
    foreach name in array array['question', 'question_code', 'question_try', 'confirmation'] loop
        execute format('create policy keeper on %I to cdp_keeper using (true) with check (true)', name);
    end loop;
    foreach name in array array['question_code', 'question_try', 'confirmation'] loop
        execute format('create policy operator_wall on %I to cdp_operator using ((select is_sealed(''operator'')))', name);
    end loop;
end
$$;
grant select, insert, update (answer, answered_at), delete on question to cdp_keeper;
grant select, insert, update (used_at), delete on question_code, confirmation to cdp_keeper;
grant select, insert, delete on question_try to cdp_keeper;
grant select (ctid, expires_at), delete on question_code, confirmation to cdp_operator;
grant select (ctid, at), delete on question_try to cdp_operator;

grant execute on function candidates, note_questions, prove_question, answer_question, reconsider_answer to cdp_customer;
grant execute on function proof_targets, keep_question_code to cdp_doorman;
grant execute on function keep_confirmation to cdp_source;
grant execute on function forget_questions, is_first_said, proving_identifiers, candidates_of, log_question, asked_about,
    keep_answer, is_question_spent, is_crowded to cdp_keeper;

do $$
declare
    name text;
begin
    foreach name in array array[
        'candidates', 'proof_targets', 'note_questions', 'keep_question_code', 'keep_confirmation', 'prove_question',
        'answer_question', 'reconsider_answer']
    loop
        execute format('alter function public.%I owner to cdp_keeper', name);
    end loop;
end
$$;
