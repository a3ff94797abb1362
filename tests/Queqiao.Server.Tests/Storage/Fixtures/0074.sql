-- Rows as version 74 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO contact_segment (ws, id, name, conditions, created_at) VALUES (1, {id:e3}, '老客户', '[{"field":"tag","op":"in","values":["vip"]}]', 9000);
