-- Rows as version 106 stored them. Never change this file: it stands for databases that exist out there.

UPDATE channel_state SET consent_until = 1790000000000 WHERE ws = 1;
