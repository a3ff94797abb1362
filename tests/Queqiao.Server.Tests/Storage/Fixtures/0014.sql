INSERT INTO user_key (ws, id, channel_id, algorithm, sealed, public_key, created_at, ends_at) VALUES (1, {id:1401}, {id:04}, 'HS256', {bytes:sealed}, NULL, 5000, NULL);
INSERT INTO consent_notice (ws, channel_id, locale, version, text, purposes, hash, created_at, created_by)
VALUES (1, {id:04}, 'zh-CN', 1, '我们只为回答您而保存对话。', '{"marketing":"优惠通知"}', {bytes:0123456789abcdef0123456789abcdef}, 5000, {id:02});
INSERT INTO consent (ws, id, contact_id, purpose, act, notice_hash, notice_locale, notice_version, channel_id, at, how, actor_id)
VALUES (1, {id:1402}, {id:05}, 'service', 'given', {bytes:0123456789abcdef0123456789abcdef}, 'zh-CN', 1, {id:04}, 5000, 'widget', NULL);
