-- Rows as version 50 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO channel (ws, id, kind, name, settings, secrets, enabled, created_at, deleted_at)
VALUES (1, {id:c50}, 'api', '自有接口', '{"apiBaseUrl":"https://shop.example/in"}', NULL, true, 9000, NULL);
INSERT INTO hook_key (ws, day, wrapped, created_at) VALUES (1, 20000, {bytes:sealed}, 9000);
INSERT INTO hook_delivery (ws, id, channel_id, day, received_at, body, state, tries, next_at)
VALUES (1, {id:c51}, {id:c50}, 20000, 9000, {bytes:sealed}, 'done', 0, NULL);
INSERT INTO channel_state (ws, channel_id, last_in_at, last_out_at, last_refused_at, refusal, refused_count, last_error_at, error, pulled, socket, holder, held_until)
VALUES (1, {id:c50}, 9000, NULL, 9000, 'bad_signature', 3, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO channel_token (ws, key, channel_id, sealed, expires_at, forgotten, holder, held_until)
VALUES (1, {id:c52}, {id:c50}, {bytes:sealed}, 9000, false, NULL, 0);
INSERT INTO channel_reach (ws, channel_id, tag, contact_id, sealed, changed_at)
VALUES (1, {id:c50}, {id:c53}, {id:05}, {bytes:sealed}, 9000);
