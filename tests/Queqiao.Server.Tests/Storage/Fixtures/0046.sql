-- Rows as version 46 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO passkey (ws, id, agent_id, credential_id, public_key, name, sign_count, transports, backup_eligible, backed_up, created_at, last_used_at)
VALUES (1, {id:f2}, {id:02}, {bytes:credential}, {bytes:public key}, '笔记本电脑', 3, '["internal"]', true, true, 9000, NULL);
INSERT INTO used_challenge (ws, challenge_hash, expires_at) VALUES (1, {bytes:0123456789abcdef0123456789abcdef}, 9500);
