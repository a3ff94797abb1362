-- Rows as version 10 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO custom_field (ws, id, object, key, name, kind, class, required, options, position, archived_at, created_at)
VALUES (1, {id:1001}, 'conversation', 'order_no', '订单号', 'text', 'internal', true, '[]', 0, NULL, 5000);
