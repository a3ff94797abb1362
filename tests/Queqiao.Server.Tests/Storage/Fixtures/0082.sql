-- Rows as version 82 stored them. Never change this file: it stands for databases that exist out there.

UPDATE knowledge_item SET held_run = {id:603}, accepted_run = NULL WHERE ws = 1 AND id = {id:592};
UPDATE knowledge_import SET run_id = {id:603} WHERE ws = 1 AND id = {id:600};
UPDATE knowledge_import_row SET version = 1 WHERE ws = 1 AND import_id = {id:600} AND no = 1;
