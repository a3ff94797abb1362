-- Rows as version 6 stored them. Never change this file once that version is released.

INSERT INTO bulk_change (ws, id, by_agent, job_id, action, total, changed, unchanged, failed, created_at, finished_at, undo_job_id, undone, not_undone)
VALUES (1, {id:61}, {id:02}, {id:51}, '{"type":"priority","priority":"high"}', 2, 1, 0, 1, 5000, 6000, NULL, 0, 0);
INSERT INTO bulk_item (ws, bulk_id, conversation_id, seq, before, reason, reason_arg, undone_at) VALUES
    (1, {id:61}, {id:07}, 8, '{"status":"open","priority":"none"}', NULL, NULL, NULL),
    (1, {id:61}, {id:08}, NULL, NULL, 'not_found', NULL, NULL);
