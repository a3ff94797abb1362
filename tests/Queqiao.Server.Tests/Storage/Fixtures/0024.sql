-- Rows as version 24 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO canned_reply (ws, id, shortcut, title, body, owner_id, team_id, created_at, changed_at)
VALUES (1, {id:30}, 'hello', '问候', '您好，{{contact.name}}', NULL, {id:20}, 7000, 7000), (1, {id:31}, 'bye', '再见', '再见', {id:02}, NULL, 7000, 7000);
