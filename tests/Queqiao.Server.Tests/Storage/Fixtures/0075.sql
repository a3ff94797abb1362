-- Rows as version 75 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO known_device (ws, id, agent_id, token_hash, user_agent, address, first_seen_at, last_seen_at, trusted_until)
VALUES (1, {id:f75}, {id:02}, {bytes:fedcba9876543210fedcba9876543210}, 'Mozilla/5.0', '192.0.2.7', 9600, 9700, 99000);
INSERT INTO sign_in_lock (ws, key, tries, locked_until, last_at) VALUES (1, {id:f76}, 5, 9900, 9800);
INSERT INTO notice (ws, agent_id, id, kind, about, detail, at, read_at) VALUES (1, {id:02}, {id:f77}, 'device.new', '00000000-0000-0000-0000-000000000f75', NULL, 9600, NULL);
