-- Rows as version 72 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO visitor_context (ws, contact_id, sealed, at) VALUES (1, {id:05}, {bytes:sealed page}, 9000);
INSERT INTO visited_page (ws, id, contact_id, sealed, at) VALUES (1, {id:e1}, {id:05}, {bytes:sealed visit}, 9000);
