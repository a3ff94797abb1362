-- Rows as version 67 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO scheduled_message (ws, id, conversation_id, agent_id, body, send_at, state, reason, unless_after, job_id, created_at, ended_at)
VALUES (1, {id:6701}, {id:07}, {id:02}, {bytes:00}, 90000, 'waiting', NULL, 2, {id:6702}, 9700, NULL);
