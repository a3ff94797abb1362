-- Rows as version 99 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO push_setting (ws, public_key, sealed, subject, content, changed_at) VALUES (1, {bytes:point}, {bytes:sealed}, 'https://chat.example.com', 'minimal', 9900);
INSERT INTO push_choice (ws, agent_id, rules, changed_at) VALUES (1, {id:02}, '{"assigned":true,"message":true,"mention":true,"waiting":false}', 9900);
INSERT INTO push_subscription (ws, id, agent_id, endpoint_tag, session_hash, sealed, name, created_at, sent_at, trouble) VALUES (1, {id:991}, {id:02}, {id:992}, {bytes:session}, {bytes:address}, 'Chrome · Android', 9900, 9910, NULL);
