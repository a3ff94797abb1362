-- Rows as version 73 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO wrap_up_plan (ws, plan, changed_at) VALUES (1, '{"categories":[],"results":[],"default":{"mandatory":false}}', 9000);
INSERT INTO wrap_up (ws, conversation_id, seq, category_id, result_id, team_id, agent_id, at) VALUES (1, {id:07}, 3, {id:e2}, 'solved', NULL, {id:02}, 9000);
