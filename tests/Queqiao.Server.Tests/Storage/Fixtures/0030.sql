INSERT INTO contact_import (ws, id, by_agent, file_id, sealed, phase, job_id, undo_job_id, total, counts, undone, not_undone, created_at, finished_at)
VALUES (1, {id:3001}, {id:02}, NULL, {bytes:sealed}, 'import', {id:51}, NULL, 2, '{"added":1,"failed":1}', 0, 0, 5000, 6000);
INSERT INTO contact_import_row (ws, import_id, no, outcome, contact_id, before, trace, cells, code, column_no, arg, undone_at) VALUES
    (1, {id:3001}, 1, 'added', {id:05}, {bytes:sealed}, {bytes:trace}, NULL, NULL, NULL, NULL, NULL),
    (1, {id:3001}, 2, 'failed', NULL, NULL, NULL, {bytes:sealed}, 'invalid_email', 1, NULL, NULL);
