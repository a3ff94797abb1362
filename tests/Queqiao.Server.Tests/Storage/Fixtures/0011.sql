-- Rows as version 11 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO tag (ws, id, name, name_key, color, archived_at, created_at) VALUES (1, {id:1101}, '退款', '退款', '#d9480f', NULL, 5000);
INSERT INTO conversation_setting (ws, settings) VALUES (1, '{"reopenHours":72}');
