-- Rows as version 86 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO bot_learnt (ws, digest, learnt, at) VALUES (1, 'abcdef', '{"Ranking":[1],"Decision":[2]}', 9600);
