-- Rows as version 1 stored them. Never change this file: it stands for databases that exist out there.
-- {id:07} is an id, {bytes:…} a text as bytes; the rest is SQL of both databases.

INSERT INTO workspace (ws, id, name, created_at) VALUES (1, {id:01}, '鹊桥小店', 1000);
INSERT INTO agent (ws, id, email, email_key, name, role, password_hash, locale, disabled_at, created_at)
VALUES (1, {id:02}, 'Lin@shop.example', 'lin@shop.example', '林晓', 'owner', 'hash', 'zh-CN', NULL, 1000);
INSERT INTO session (ws, token_hash, agent_id, created_at, last_seen_at, expires_at, revoked_at, address, user_agent)
VALUES (1, {bytes:0123456789abcdef0123456789abcdef}, {id:02}, 1000, 1000, 9000000000000, NULL, '127.0.0.1', 'a browser');
INSERT INTO audit (ws, id, at, actor_kind, actor_id, action, object_kind, object_id, detail, address)
VALUES (1, {id:03}, 1000, 'agent', {id:02}, 'channel.created', 'channel', 'x', '{}', NULL);
INSERT INTO channel (ws, id, kind, name, settings, enabled, created_at) VALUES (1, {id:04}, 'web', '官网', '{"title":"您好"}', true, 1000);
INSERT INTO contact (ws, id, name, created_at, last_seen_at) VALUES (1, {id:05}, NULL, 2000, 2000);
INSERT INTO contact_identity (ws, channel_id, identity, contact_id, created_at) VALUES (1, {id:04}, 'visitor-1', {id:05}, 2000);

INSERT INTO conversation (ws, id, channel_id, identity, contact_id, contact_name, seq, public_seq, status, assignee_id, assignee_name, priority, unread,
    contact_unread, contact_read_seq, agent_read_seq, waiting_since, last_in_seq, last_out_seq, last_message_seq, last_message_at, last_message_type,
    last_sender_kind, last_sender_id, last_sender_name, last_preview, created_at, last_activity_at, last_entry_at, resolved_at)
VALUES (1, {id:07}, {id:04}, 'visitor-1', {id:05}, NULL, 8, 8, 'open', {id:02}, '林晓', 'none', 0,
    0, 6, 2, NULL, 2, 6, 7, 3500, 'note',
    'agent', {id:02}, '林晓', '老客户', 2000, 3500, 4000, NULL);
INSERT INTO entry (ws, conversation_id, seq, public_prev, at, type, sender_kind, sender_id, body, slot, position) VALUES
    (1, {id:07}, 1, 0, 2000, 'started', 'contact', NULL, {bytes:{"b":{}}}, 7, 1),
    (1, {id:07}, 2, 1, 2000, 'message', 'contact', NULL, {bytes:{"b":{"direction":"in","text":"我要退款","clientId":"c1"}}}, 7, 2),
    (1, {id:07}, 3, 2, 3000, 'read', 'agent', {id:02}, {bytes:{"b":{"by":"agent","upTo":2},"n":"林晓"}}, 7, 3),
    (1, {id:07}, 4, 3, 3000, 'assigned', 'agent', {id:02}, {bytes:{"b":{"to":{"id":"00000000-0000-0000-0000-000000000002","name":"林晓"}},"n":"林晓"}}, 7, 4),
    (1, {id:07}, 5, 4, 3000, 'status', 'agent', {id:02}, {bytes:{"b":{"from":"queued","to":"open","reason":"agent_replied"},"n":"林晓"}}, 7, 5),
    (1, {id:07}, 6, 5, 3000, 'message', 'agent', {id:02}, {bytes:{"b":{"direction":"out","text":"好的","clientId":"a1"},"n":"林晓"}}, 7, 6),
    (1, {id:07}, 7, NULL, 3500, 'note', 'agent', {id:02}, {bytes:{"b":{"text":"老客户","clientId":"n1"},"n":"林晓"}}, 7, 7),
    (1, {id:07}, 8, 6, 4000, 'read', 'contact', NULL, {bytes:{"b":{"by":"contact","upTo":6}}}, 7, 8);
UPDATE slot SET position = 8 WHERE slot = 7;
INSERT INTO entry_key (ws, key, conversation_id, seq, at) VALUES (1, {id:0a}, {id:07}, 2, 2000);
INSERT INTO listener_cursor (listener, slot, position) VALUES ('a listener', 7, 5);
INSERT INTO listener_hold (listener, ws, conversation_id, from_seq, tries, next_at, error) VALUES ('a listener', 1, {id:07}, 3, 2, 5000, 'timeout');
INSERT INTO listener_parked (listener, ws, conversation_id, seq, tries, error, parked_at) VALUES ('a listener', 1, {id:07}, 1, 5, 'poison', 5000);
