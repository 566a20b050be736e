-- Let those take turns until the transaction ends who compare subjects that have a key in common, had one, or have a bond: else
-- of two who change at once each would be compared with what the other was.
-- in   keys: those that the subjects will have; subjects, each locked
select hold_match_keys(array(
    select unnest(%(keys)s::bigint[])
    union all
    select unnest(l.keys) from likeness l where l.subject_id = any (%(subjects)s::uuid[])
    union all
    select (uuid_hash(b.subject_id) # uuid_hash(b.other_id))::bigint from bonded_with(%(subjects)s::uuid[]) b))
