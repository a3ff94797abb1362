-- Rows as version 83 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO server_mail (ws, settings, secret, changed_at, sent_at, trouble, trouble_at) VALUES (1, '{"host":"smtp.example.com","port":465,"security":"tls","from":"noreply@example.com"}', {bytes:smtp}, 9600, NULL, 'smtp_sign_in', 9700);
INSERT INTO server_letter (ws, id, kind, sealed, created_at) VALUES (1, {id:831}, 'invitation', {bytes:letter}, 9600);
