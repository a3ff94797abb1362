-- Rows as version 41 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO approval (ws, id, act, state, method, route, path, request, reason, requested_by, requested_at, expires_at, decided_by, decided_at, note, finished_at, outcome, outcome_code)
VALUES (1, {id:91}, 'contacts.erase', 'waiting', 'POST', '/api/v1/contacts/{id:guid}/erase', '/api/v1/contacts/x/erase', {bytes:sealed}, {bytes:sealed}, {id:02}, 1000, 9000, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO approval_rule (ws, act, since) VALUES (1, 'contacts.erase', 1000);
