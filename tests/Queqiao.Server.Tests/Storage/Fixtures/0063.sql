-- Rows as version 63 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO bot (ws, id, name, enabled, profile, sealed_model_key, created_at, changed_at)
VALUES (1, {id:b1}, '小鹊', true, '{"welcome":{"zh":"您好","en":"Hello"},"patience":2}', {bytes:0123456789abcdef}, 9700, 9700);
INSERT INTO bot_channel (ws, channel_id, bot_id, enabled, settings, changed_at) VALUES (1, {id:04}, {id:b1}, true, '{}', 9700);
INSERT INTO bot_turn (ws, conversation_id, seq, asked_seq, at, channel_id, contact_id, kind, brain, entry, score, helpful, reason, right_answer)
VALUES (1, {id:07}, 3, 2, 9700, {id:04}, {id:05}, 'answer', 'offline', 'q001/zh', 0.75, 1, NULL, NULL);
INSERT INTO bot_case (ws, conversation_id, from_seq, channel_id, contact_id, at, outcome, reason, ended_at, answers, helpful, again_at)
VALUES (1, {id:07}, 1, {id:04}, {id:05}, 9700, 'handed_over', 'asked', 9800, 1, 1, NULL);
