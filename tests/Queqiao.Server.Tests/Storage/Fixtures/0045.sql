-- Rows as version 45 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO sso_provider (ws, id, name, preset, issuer, client_id, client_secret, settings, enabled, created_at, deleted_at)
VALUES (1, {id:f0}, '公司登录', 'keycloak', 'https://login.shop.example/realms/shop', 'queqiao', {bytes:sealed}, '{"scopes":["email","profile"]}', true, 8000, NULL);
INSERT INTO external_identity (ws, id, provider_id, issuer, subject, agent_id, created_at, last_used_at)
VALUES (1, {id:f1}, {id:f0}, 'https://login.shop.example/realms/shop', 'subject-1', {id:02}, 8000, NULL);
INSERT INTO sso_session (ws, token_hash, provider_id, subject, sid, id_token) VALUES (1, {bytes:0123456789abcdef0123456789abcdef}, {id:f0}, 'subject-1', 'sid-1', NULL);
INSERT INTO sign_in_policy (ws, sso_only, break_glass_id, settings) VALUES (1, false, {id:02}, '{}');
