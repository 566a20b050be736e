"""Which verbs each principal has on which columns of which tables; what does not stand here is forbidden."""

from typing import Final

RIGHTS: Final = {
    "nobody": """
        alembic_version: select
    """,
    "reader": """
        access: insert
        customer: select(customer_id,merged_into)
        data_key: select(customer_id,subject_id,wrapped)
        interaction permission record survey: select
    """,
    "exporter": """
        access: insert
        change: select(organization_id,customer_id,kind)
        contact contact_turn: select
        customer: select(customer_id,merged_into)
        data_key: select(customer_id,subject_id,wrapped)
        demand: select(customer_id,organization_id,kind,category,type,asked_at,due_at,withdrawn_at,answered_at)
        identifier interaction permission record reply survey: select
        reference: select(source_id,type,blind,customer_id,subject_id)
    """,
    "source": """
        access_request: select(request_id,organization_id,purpose,categories,sources,days,notice,consequences,used_by,texts,state,asked_at,due_at,answered_at) insert update(state,answered_at)
        delivery reject: select insert
        idempotency: select insert update(status,answer,at) delete
        attribute record_type: select insert update delete
        catalog_version: select update(version)
        channel topic: select insert update(details)
        offer rule: select insert update(ended_at)
        rule_arrival: insert
        message_report: select(report_id,organization_id,kind,message_id,channel,sender_kind,sender,at)
        change permission: select
        evidence match_due: insert
        import_job: select insert update
        interaction: select(customer_id,record_id,source_id,category,type,occurred_at) insert update(category)
        pull: select insert update delete
        signal: select insert update(standing,next_at,tries,first_at,failure,acknowledged_at) delete
        signal_stream: select insert update delete
        record: select(customer_id,record_id,subject_id,source_id,kind,category,type,key,occurred_at,received_at,superseded_at,digest) insert update(category,occurred_at,received_at,superseded_at,queryable)
    """,  # noqa: E501 -- one right, one line
    "customer": """
        access: select insert
        idempotency: select insert update(status,answer,at) delete
        access_request: select update(state,answered_at,told_at)
        act cannot_link contact data_key evidence identifier link permission reference subject: select
        alert: select insert update(rhythm,told_until,told_at) delete
        reminder: select insert update(kept_at,told_at) delete
        receipt_letter: select insert update(told_until) delete
        wish: select insert update(document,seq,changed_at)
        wish_act: select insert
        client: select(client_id,organization_id,name,is_human,redirect_uris,revoked_at)
        authorization_request: select update(used_at)
        family_token token_family: insert
        demand: select insert update(withdrawn_at)
        external_login message message_report question reply: select
        passkey: select update(sealed)
        customer: select update(details)
        interaction: select update(disputed_at)
        record: select insert update(corrected_at,disputed_at,superseded_at)
        session: select update(ended_at)
        survey: select update(subject_id,answered_at,declined_at,sealed)
        checkpoint cosignature leaf log log_key node opening: select
    """,
    "auditor": """
        access: select insert
        act: select
        checkpoint cosignature leaf log log_key node opening: select
    """,
    "visitor": """
        checkpoint cosignature leaf log log_key node: select
    """,
    "operator": """
        access_request: select(due_at) delete
        access_token: select update(revoked_at) delete
        attribute record_type pull: select insert update delete
        catalog_version: select update(version)
        category channel client offer_kind organization purpose topic write_key: select insert update
        identity_limit: select update(most)
        merge_count: select delete
        ceremony confirmation proof_code question_code used_once: select(expires_at) delete
        presentation presentation_miss: select(expires_at) delete
        check_count: select(expires_at) delete
        message: select(customer_id,expires_at) delete
        sender: select delete
        question_try: select(at) delete
        authorization_request: select(expires_at) delete
        token_family: select(client_id,expires_at,revoked_at) update(revoked_at) delete
        change: select(at) delete
        contact: select(until,state) delete
        customer: select(customer_id,created_at,claimed_at,merged_into)
        demand: select(demand_id,organization_id,kind,asked_at,due_at,extended_at,withdrawn_at,answered_at,answer)
        delivery login_link reject session: select delete
        idempotency: select(at) delete
        import_job: select
        interaction: select(customer_id,record_id,source_id,category,type,occurred_at) update(category)
        signal: select(organization_id,stream_id,signal_id,event,at,standing,tries,failure)
        signal_stream: select(organization_id,stream_id,kind,status,failures,failure,verified_at)
        signing_key: select insert update(ended_at)
        record: select(customer_id,record_id,source_id,kind,category,type) update(category)
        subject: select(subject_id,source_id)
    """,
    "administrator": """
        access_token token_family: select(client_id,revoked_at) update(revoked_at)
        client: select insert update(secret_hash,keys,algorithms,redirect_uris,logout_uris,grant_types,revoked_at)
        idempotency: select insert update(status,answer,at) delete
        organization: select update(details)
        sender: select delete
        write_key: select insert update(revoked_at)
    """,
    "doorman": """
        access_token: select insert update(revoked_at)
        client write_key: select
        authorization_request: select insert update(used_at,customer_id,request_id)
        family_token: select insert update(used_at)
        token_family: select update(expires_at,key_hash,revoked_at)
        signing_key: select insert
        used_once: select(word_hash) insert
        idempotency: select insert update(status,answer,at) delete
        ceremony: select insert update(used_at)
        external_login: select insert update(customer_id,external_id,made_at,used_at)
        login_link: select insert update(used_at,code_tries,link_tries)
        passkey: select insert update(sign_count,is_synced,used_at)
        proof_code: select insert update(tries,used_at)
        session: select insert update(session_hash,proven_at,ended_at)
    """,
    "sequencer": """
        access act permission: select
        access_outbox: select update(held,held_since) delete
        checkpoint cosignature leaf log_key node: select insert
        consent_outbox: select insert update(held,held_since) delete
        opening pseudonym: select insert delete
        customer: select(customer_id,merged_into)
        link: select(customer_id,link_id,subject_id,from_id,kind,reason,at)
        log: select insert update(size,ended_at)
        subject: select(customer_id,subject_id,source_id,origin_id)
        message: select(message_id,registered_at)
        message_report: select(report_id,kind,at)
        reply: select(reply_id,at)
        demand: select(demand_id,asked_at)
        firing: select(firing_id,at)
        wish wish_act: select
    """,
    "matcher": """
        data_key: select(customer_id,subject_id,wrapped)
        identifier: select(customer_id,subject_id,source_id,type,blind,is_verified,sealed)
        likeness: select insert update(keys,sealed,at)
        match_due: select insert
        match_key: select insert update(knows) delete
        record: select(customer_id,record_id,subject_id,kind,type,superseded_at,sealed)
        subject: select(customer_id,subject_id,source_id)
    """,
    "keymaster": """
        data_key: select update(wrapped,generation)
        key_destruction: select update(done_at)
        key_floor: select update(generation)
        subject: select(customer_id,subject_id,source_id)
    """,
    "keeper": """
        access: select insert update(customer_id)
        access_outbox consent_outbox: insert
        pseudonym: select
        access_request cannot_link customer data_key identifier: select insert update delete
        permission reference session subject: select insert update delete
        access_token attribute client delivery idempotency import_job login_link pull record_type: select delete
        external_login passkey proof_code: select delete
        presentation: select insert update(expires_at,used_at) delete
        presentation_miss: select insert update(since,expires_at,misses) delete
        authorization_request token_family: select delete
        question: select insert update(answer,answered_at) delete
        confirmation question_code: select insert update(used_at) delete
        question_try: select insert delete
        reject write_key: select delete
        act: select insert update(customer_id,request_id,evidence,other_id,other)
        key_destruction: select insert
        bond: select insert update delete
        identity_limit: select
        merge_count: select insert update(merges)
        separation: select insert delete
        likeness: select update(customer_id) delete
        match_key: select delete
        match_due: select update(at) delete
        category key_floor purpose scope_key: select
        change link: select insert delete
        alert reminder receipt_letter: select delete
        channel offer topic: select delete
        wish: select insert update(document,seq,changed_at) delete
        wish_act: select insert delete
        contact contact_turn: select insert update delete
        offer_shown: select insert update(uses,last_at,times) delete
        rule: select delete
        rule_arrival: select update(left_to,queued_at) delete
        firing: select insert delete
        demand: select update delete
        check_count: select insert update(asked,expires_at)
        message: select insert update(checks,subject_id,sealed) delete
        message_report: select insert delete
        reply: select insert update(customer_id,taken_at,done_at) delete
        sender: select insert update(is_complete,is_shared,checked_at) delete
        survey: select insert update(customer_id) delete
        evidence: select update(customer_id) delete
        signal: select update(standing,next_at,queued_at,tries,first_at,failure)
        signal_stream: select update(next_at) delete
        interaction: select update(customer_id,disputed_at) delete
        organization: select update(name,details,closed_at)
        record: select update(customer_id,superseded_at,disputed_at,queryable) delete
        suppression: select insert update(erasure_id,is_proven,at) delete
    """,
}
