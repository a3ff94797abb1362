-- Rows as version 7 stored them. Never change this file: it stands for databases that exist out there.

UPDATE workspace SET time_zone = 'Europe/Berlin', second_factor = 'required' WHERE ws = 1;
INSERT INTO team (ws, id, parent_id, name, name_key, created_at, deleted_at) VALUES (1, {id:20}, NULL, '售前', '售前', 6000, NULL), (1, {id:21}, {id:20}, '夜班', '夜班', 6000, NULL);
INSERT INTO team_member (ws, team_id, agent_id, lead) VALUES (1, {id:21}, {id:02}, true);
INSERT INTO invitation (ws, id, token_hash, email, email_key, role, team_ids, invited_by, created_at, expires_at, accepted_at, agent_id, revoked_at)
VALUES (1, {id:22}, {bytes:invitation-hash-0123456789abcdef}, 'New@shop.example', 'new@shop.example', 'agent', '[]', {id:02}, 6000, 9000, NULL, NULL, NULL);
INSERT INTO password_reset (ws, token_hash, agent_id, created_by, created_at, expires_at, used_at) VALUES (1, {bytes:reset-hash-0123456789abcdef01234}, {id:02}, {id:02}, 6000, 9000, NULL);
INSERT INTO second_factor (ws, agent_id, secret, created_at, confirmed_at, last_step) VALUES (1, {id:02}, {bytes:sealed}, 6000, 6500, 42);
INSERT INTO recovery_code (ws, agent_id, code_hash, created_at, used_at) VALUES (1, {id:02}, {bytes:code-hash}, 6500, NULL);
INSERT INTO api_token (ws, id, token_hash, hint, agent_id, name, permissions, addresses, created_at, expires_at, last_used_at, revoked_at)
VALUES (1, {id:23}, {bytes:token-hash-0123456789abcdef01234}, 'qq_AbC…', {id:02}, 'CRM', '["conversations.read"]', NULL, 6000, NULL, NULL, NULL);
