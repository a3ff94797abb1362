-- Rows as version 91 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO push_target (ws, id, channel_id, service, settings, secrets, before, before_until, enabled, created_at, last_sent_at, last_error_at, error)
VALUES (1, {id:f91}, {id:04}, 'webhook', '{"url":"https://shop.example/push","preview":"true"}', {bytes:sealed}, {bytes:sealed}, 9900, true, 9800, 9850, 9860, '{"class":"retry","code":"push_away","zh":"无响应","en":"away"}');
INSERT INTO push_device (ws, id, channel_id, tag, contact_id, vendor, token_tag, sealed, created_at)
VALUES (1, {id:f92}, {id:04}, {id:f93}, {id:05}, 'fcm', {id:f94}, {bytes:sealed}, 9800);
INSERT INTO push_mark (ws, conversation_id, waiting, since, told_seq)
SELECT 1, id, false, 9800, 6 FROM conversation WHERE ws = 1 LIMIT 1;
