-- Rows as version 64 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO bot_flow (ws, id, key, draft, published_version, enabled, created_at, changed_at) VALUES (1, {id:b2}, 'refund', '{"key":"refund"}', 1, true, 9800, 9800);
INSERT INTO bot_flow_version (ws, flow_id, version, flow, note, at, by_agent) VALUES (1, {id:b2}, 1, '{"key":"refund"}', NULL, 9800, {id:02});
INSERT INTO bot_action (ws, id, key, definition, sealed_headers, enabled, created_at, changed_at) VALUES (1, {id:b3}, 'stock', '{"url":"https://erp.example/stock"}', {bytes:0123456789abcdef}, true, 9800, 9800);
INSERT INTO bot_suggestion (ws, id, kind, state, sealed, entry, score, size, recent, earlier, item_id, by_itself, created_at, changed_at, decided_at, decided_by)
VALUES (1, {id:b4}, 'similar', 'open', {bytes:0123456789abcdef}, 'q001/zh', 0.4, 1, 1, 0, NULL, false, 9800, 9800, NULL, NULL);
INSERT INTO bot_question (ws, conversation_id, seq, at, suggestion_id) VALUES (1, {id:07}, 2, 9800, {id:b4});
INSERT INTO bot_spend (ws, day, calls, tokens, failures) VALUES (1, '2026-11-25', 3, 1200, 0);
