-- Rows as version 47 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO scim_token (ws, id, token_hash, hint, name, agent_id, default_role, created_at, last_used_at, revoked_at)
VALUES (1, {id:f3}, {bytes:0123456789abcdef0123456789abcdef}, 'qqscim_abcde', 'Entra ID', {id:02}, 'agent', 9600, NULL, NULL);
INSERT INTO scim_user (ws, agent_id, external_id, user_name, name, created_at, changed_at, deleted_at) VALUES (1, {id:02}, 'x-1', 'lin@shop.example', NULL, 9600, 9600, NULL);
INSERT INTO scim_group (ws, id, external_id, name, name_key, role_id, team_id, created_at, changed_at) VALUES (1, {id:f4}, NULL, 'Support', 'support', 'agent', {id:20}, 9600, 9600);
INSERT INTO scim_member (ws, group_id, agent_id) VALUES (1, {id:f4}, {id:02});
