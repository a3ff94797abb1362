INSERT INTO contact_link (ws, tag, contact_id, made_by, created_at, expires_at, used_at) VALUES (1, {id:5401}, {id:05}, {id:02}, 5000, 6000, NULL);
