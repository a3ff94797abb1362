-- Rows as version 111 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO bot_question_passed (ws, conversation_id, seq, at) VALUES (1, {id:07}, 1, 11100);
