-- Store a login link, unless the asker has asked too often; one too many for a mailbox is stored as used at once,
-- so that it costs the same as one that is sent.
-- in   :link_hash, :email_blind, :asker_blind, :sealed_email, :browser_hash, :code_hash, :sealed_for_code, :at, :expires_at,
--      :most_mailbox, :most_asker
-- out  'sent', 'mailbox' (enough were sent) or 'asker' (nothing was stored)
with asked as materialized (
    select
        (select count(*) from login_link l
         where l.email_blind = :email_blind and l.expires_at > :at and l.used_at is distinct from l.asked_at) as mailbox,
        (select count(*) from login_link l where l.asker_blind = :asker_blind and l.expires_at > :at) as asker
), stored as (
    insert into login_link (link_hash, email_blind, asker_blind, sealed_email, browser_hash, code_hash, sealed_for_code,
                            asked_at, expires_at, used_at)
    select :link_hash, :email_blind, :asker_blind, :sealed_email, cast(:browser_hash as bytea), cast(:code_hash as bytea),
           cast(:sealed_for_code as bytea), :at, :expires_at,
           case when mailbox >= :most_mailbox then cast(:at as timestamptz) end
    from asked where asker < :most_asker
)
select case when asker >= :most_asker then 'asker' when mailbox >= :most_mailbox then 'mailbox' else 'sent' end from asked
