-- Rows as version 40 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO audit_link (ws, no, audit_id, at, adopted, hash) VALUES (9, 1, {id:90}, 1000, true, {bytes:0123456789abcdef0123456789abcdef});
INSERT INTO audit_cut (ws, no, hash, at, mac) VALUES (9, 1, {bytes:0123456789abcdef0123456789abcdef}, 1000, {bytes:0123456789abcdef0123456789abcdef});
INSERT INTO audit_state (ws, keep_days, checked_at, checked_rows, bad_code, bad_no, bad_id) VALUES (9, 400, 1000, 1, 'changed', 1, {id:90});
