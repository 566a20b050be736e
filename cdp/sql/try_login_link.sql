-- Count a code that is tried beside a link, before it is looked at: whoever tries many at once is counted, too.
-- in   :link_hash, :codes (1 or 0), :at
-- out  one row when the link is good
update login_link
set link_tries = least(link_tries + :codes, 1000)
where link_hash = :link_hash and used_at is null and expires_at > :at
returning link_tries
