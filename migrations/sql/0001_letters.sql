-- Letters that come by themselves: whether a permission of ninety days ago is still right, and the receipts of choices.

create table reminder (
    customer_id  uuid not null,
    recipient_id uuid not null,
    purpose      text not null,
    kept_at      timestamptz,
    told_at      timestamptz,
    primary key (customer_id, recipient_id, purpose)
);
comment on table reminder is 'When a customer last said that a permission is still right, and when a letter last asked.';

create table receipt_letter (
    customer_id uuid primary key,
    told_until  timestamptz not null
);
comment on table receipt_letter is 'Who wants the receipts of their choices by letter, and which they have; without a row, none.';

-- From when the ninety days of a permission count: since it was chosen, or came from elsewhere, or was said to be right.
create function reviewed_at(p permission, kept_at timestamptz) returns timestamptz
language sql immutable
as $$
    select greatest(coalesce(p.chosen_at, p.since), kept_at)
$$;

-- Who has a permission of ninety days ago, wants to hear of it, and got no such letter this week.
create function reminders_due(moment timestamptz, at_most integer) returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select p.customer_id
    from permission p
    join customer c on c.customer_id = p.customer_id and c.claimed_at is not null
    left join reminder r on r.customer_id = p.customer_id and r.recipient_id = p.recipient_id and r.purpose = p.purpose
    where is_sealed('operator')
      and cardinality(open_at(p, moment)) > 0
      and reviewed_at(p, r.kept_at) <= moment - interval '90 days'
      and (r.told_at is null or r.told_at <= moment - interval '90 days')
      and c.details ->> 'reminders' is distinct from 'none'
      and not exists (
          select from reminder told
          where told.customer_id = p.customer_id and told.told_at > moment - interval '7 days')
    group by p.customer_id
    order by p.customer_id
    limit at_most
$$;

-- Who wants receipts by letter and made a choice since the last one.
create function receipt_letters_due(at_most integer) returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select l.customer_id from receipt_letter l
    where is_sealed('operator')
      and exists (select from act a where a.customer_id = l.customer_id and a.at > l.told_until)
    limit at_most
$$;

-- Part with what was kept for letters to somebody, when they leave.
create function forget_letters(everyone uuid[]) returns void
language sql
as $$
    delete from reminder r where r.customer_id = any (everyone);
    delete from receipt_letter l where l.customer_id = any (everyone);
$$;
