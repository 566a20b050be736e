-- Count the application's transactions that began before a moment; asked as the login role, which sees its own.
-- in   the moment
-- out  a number
select count(*)
from pg_stat_activity
where usename = current_user
  and datname = current_database()
  and pid <> pg_backend_pid()
  and xact_start < %s
