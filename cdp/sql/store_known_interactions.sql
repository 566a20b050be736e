-- Which interactions are stored already, also when their arrival was forgotten long ago. By their ids alone, which
-- follow from their source: so that no plan looks through all of a source's.
-- in   ids uuid[]
-- out  the ids, as bytes
select uuid_send(i.record_id) from interaction i where i.record_id = any (%(ids)s::uuid[])
