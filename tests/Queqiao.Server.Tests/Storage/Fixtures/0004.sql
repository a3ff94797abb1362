-- Rows as version 4 stored them.
INSERT INTO erasure (ws, id, contact_id, contact_ids, by_id, reason, at, finished_at, receipt) VALUES (1, {id:e1}, {id:e2}, '000000000000000000000000000000e2', NULL, {hex:01}, 9000, 9001, '{"entries":3}');
