-- Rows as version 12 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO saved_view (ws, id, owner_id, shared, name, conditions, sort, position, created_at)
VALUES (1, {id:1201}, {id:02}, true, '加急', '[{"field":"priority","op":"in","values":["urgent"]}]', 'waiting', 0, 5000);
INSERT INTO draft (ws, conversation_id, agent_id, kind, version, text, updated_at) VALUES (1, {id:07}, {id:02}, 'reply', 2, NULL, 5000);
INSERT INTO idempotency_key (ws, key, request, status, content_type, location, answer, created_at) VALUES (1, {id:1202}, {id:1203}, 204, NULL, NULL, NULL, 5000);
