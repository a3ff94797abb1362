INSERT INTO contact_identifier (ws, id, contact_id, kind, tag, sealed, verified, source, channel_id, created_at, created_by)
VALUES (1, {id:1501}, {id:05}, 'email', {id:1502}, {bytes:sealed}, true, 'site', {id:04}, 5000, NULL);
INSERT INTO contact_detail (ws, contact_id, fields, sealed, changed_at) VALUES (1, {id:05}, '{"level":"vip"}', NULL, 5000);
INSERT INTO contact_tag (ws, contact_id, tag, at) VALUES (1, {id:05}, '老客户', 5000);
INSERT INTO contact_note (ws, id, contact_id, sealed, author_id, author_name, at, edited_at, deleted_at) VALUES (1, {id:1503}, {id:05}, {bytes:sealed}, {id:02}, '林晓', 5000, NULL, NULL);
INSERT INTO contact_block (ws, id, contact_id, sealed_reason, at, by, until, ended_at, ended_by) VALUES (1, {id:1504}, {id:05}, NULL, 5000, {id:02}, NULL, 6000, {id:02});
INSERT INTO contact_merge (ws, id, into_id, from_id, at, by, undone_at, undone_by) VALUES (1, {id:1505}, {id:05}, {id:05}, 5000, {id:02}, 6000, {id:02});
INSERT INTO contact_word (ws, word, contact_id) VALUES (1, {id:1506}, {id:05});
