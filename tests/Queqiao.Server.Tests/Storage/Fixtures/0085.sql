-- Rows as version 85 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO bot_code (ws, id, contact_id, address_tag, code_hash, sent_at, until, tries, used_at)
VALUES (1, {id:f85}, {id:04}, {id:f86}, {bytes:fedcba9876543210fedcba9876543210}, 9600, 9700, 1, NULL);
