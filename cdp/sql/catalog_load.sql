-- Load the catalog as one organization sees it: the platform's entries first, its own after them.
-- in   :organization  uuid, or null for the platform's alone
-- out  one text with a json document
select cast(json_build_object(
    'version', (select version from catalog_version),
    'categories', (select coalesce(json_object_agg(c.category, c.details), '{}') from category c),
    'purposes', (select coalesce(json_object_agg(p.purpose, p.details), '{}') from purpose p),
    'attributes', (
        select coalesce(json_agg(json_build_array(a.attribute, a.details)
                                 order by a.organization_id <> '00000000-0000-0000-0000-000000000000', a.attribute), '[]')
        from attribute a
        where a.organization_id in ('00000000-0000-0000-0000-000000000000', cast(:organization as uuid))),
    'types', (
        select coalesce(json_agg(json_build_array(t.kind, t.type, t.details)
                                 order by t.organization_id <> '00000000-0000-0000-0000-000000000000', t.type), '[]')
        from record_type t
        where t.organization_id in ('00000000-0000-0000-0000-000000000000', cast(:organization as uuid))),
    'topics', (
        select coalesce(json_object_agg(t.topic, case when t.organization_id is null then t.details
            else t.details || jsonb_build_object('organization', t.organization_id) end order by t.place, t.topic), '{}')
        from topic t),
    'channels', (
        select coalesce(json_object_agg(c.channel, case when c.organization_id is null then c.details
            else c.details || jsonb_build_object('organization', c.organization_id) end order by c.place, c.channel), '{}')
        from channel c),
    'watched', (select watched_types()),
    'offer_kinds', (
        select coalesce(json_object_agg(k.offer_kind, k.details order by k.place), '{}') from offer_kind k)) as text)
