-- Rows as version 60 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO knowledge_import (ws, id, base_id, by_agent, source, name, plan, phase, job_id, total, counts, created_at, finished_at) VALUES (1, {id:600}, {id:590}, {id:02}, 'csv', 'faq.csv', '{}', 'done', NULL, 1, '{}', 7000, 7001);
INSERT INTO knowledge_import_row (ws, import_id, no, title, place, content, outcome, code, arg, item_id) VALUES (1, {id:600}, 1, '多久到账？', '2', NULL, 'failed', 'required', NULL, NULL);
INSERT INTO knowledge_check (ws, id, base_id, tag, sealed, language, expects, item_id, source, created_by, created_at) VALUES (1, {id:601}, {id:590}, {id:602}, {bytes:question}, 'zh-CN', 'item', {id:592}, 'editor', {id:02}, 7000);
INSERT INTO knowledge_run (ws, id, base_id, item_id, by_agent, at, total, right_before, right_after, detail) VALUES (1, {id:603}, {id:590}, {id:592}, {id:02}, 7000, 1, 1, 1, '[]');
INSERT INTO knowledge_miss (ws, id, base_id, tag, sealed, source, times, first_at, last_at, state) VALUES (1, {id:604}, {id:590}, {id:605}, {bytes:question}, 'help', 2, 7000, 7001, 'open');
INSERT INTO knowledge_use (ws, item_id, day, viewed, cited, solved, liked, disliked) VALUES (1, {id:592}, 20000, 1, 0, 0, 1, 0);
INSERT INTO knowledge_feedback (ws, id, item_id, version, liked, sealed, source, at, done_at, done_by) VALUES (1, {id:606}, {id:592}, 1, 1, NULL, 'help', 7000, NULL, NULL);
INSERT INTO knowledge_file (ws, id, base_id, name, type, size, sealed, by_agent, created_at) VALUES (1, {id:607}, {id:590}, 'a.png', 'image/png', 4, {bytes:blob}, {id:02}, 7000);
