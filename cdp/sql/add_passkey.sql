-- Keep a passkey, unless it is known already, here or elsewhere.
-- in   :credential, :customer, :passkey, :subject, :public_key, :count, :synced, :sealed, :at
-- out  one row when it is kept
insert into passkey (credential_id, customer_id, passkey_id, subject_id, public_key, sign_count, is_synced, sealed, made_at)
values (:credential, :customer, :passkey, :subject, :public_key, :count, :synced, :sealed, :at)
on conflict (credential_id) do nothing
returning passkey_id
