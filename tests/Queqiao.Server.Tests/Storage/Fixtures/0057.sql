-- Rows as version 57 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO channel (ws, id, kind, name, settings, secrets, enabled, created_at, deleted_at)
VALUES (1, {id:d57}, 'email', '客服邮箱', '{"address":"help@shop.example"}', NULL, true, 9000, NULL);
INSERT INTO mail_box (ws, channel_id, uid_validity, last_uid, checked_at, trouble, trouble_at, holder, held_until)
VALUES (1, {id:d57}, 4294967295, 12, 9000, 'imap_sign_in', 9000, 'node/1', 9000);
INSERT INTO mail_arrival (ws, id, channel_id, received_at, size, body, state, reason, tries, next_at)
VALUES (1, {id:d58}, {id:d57}, 9000, 3, {bytes:sealed}, 'held', 'failed', 4, NULL);
INSERT INTO mail_thread (ws, number, channel_id, contact_id, address_tag, is_proven, sealed, created_at, answered_at)
VALUES (1, 9223372036854775807, {id:d57}, {id:05}, {id:d59}, true, {bytes:sealed}, 9000, 9000);
INSERT INTO mail_message (ws, id, channel_id, thread, mail_key, sender_tag, conversation_id, seq, contact_id, sealed, created_at)
VALUES (1, {id:d60}, {id:d57}, 9223372036854775807, {id:d61}, NULL, {id:06}, 3, {id:05}, {bytes:sealed}, 9000);
