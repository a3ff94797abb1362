-- Rows as version 105 stored them. Never change this file: it stands for databases that exist out there.

UPDATE knowledge_base SET needs_second = TRUE WHERE ws = 1;
UPDATE knowledge_item SET publish_version = 1 WHERE ws = 1 AND id = {id:592};
