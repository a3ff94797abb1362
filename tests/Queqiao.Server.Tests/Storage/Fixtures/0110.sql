-- Rows as version 110 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO knowledge_edge_proposal (ws, id, base_id, edge_id, subject, relation, target, audience, by_agent, created_at)
VALUES (1, {id:1101}, {id:590}, {id:594}, '耳机', '有问题', '单耳没声音', 'public', {id:02}, 11000);
