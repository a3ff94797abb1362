-- Rows as version 20 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO search_state (id, format, rebuild_at) VALUES (1, 1, NULL);
