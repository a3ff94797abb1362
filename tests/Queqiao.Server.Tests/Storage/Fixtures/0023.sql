-- Rows as version 23 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO routing_setting (ws, mode, requeue_after, changed_at) VALUES (1, 'automatic', 180000, 7000);
INSERT INTO agent_presence (ws, agent_id, status, reason, since, given_at) VALUES (1, {id:02}, 'away', '午休', 7000, 0);
INSERT INTO presence_change (ws, agent_id, at, status, reason) VALUES (1, {id:02}, 7000, 'away', '午休');
INSERT INTO agent_lease (ws, agent_id, node, until) VALUES (1, {id:02}, 'node-1', 7500);
