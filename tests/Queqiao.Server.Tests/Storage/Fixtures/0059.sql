-- Rows as version 59 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO knowledge_base (ws, id, name, language, help, host, revision, created_at, changed_at) VALUES (1, {id:590}, '鹊桥优选', 'zh-CN', '{}', NULL, 2, 7000, 7000);
INSERT INTO knowledge_category (ws, id, base_id, parent_id, name, names, slug, position, revision) VALUES (1, {id:591}, {id:590}, NULL, '退款', '{"en":"Refunds"}', 'refunds', 1, 1);
INSERT INTO knowledge_item (ws, id, base_id, kind, category_id, title, lookup, external_key, audience, owner_id, version, published_version, published_at, review, review_note, reviewer_id, publish_at, valid_from, valid_to, check_at, archived_at, position, revision, created_at, created_by, changed_at, changed_by)
VALUES (1, {id:592}, {id:590}, 'faq', {id:591}, '多久到账？', '多久到账', 'q001', 'public', {id:02}, 1, 1, 7000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 2, 7000, {id:02}, 7000, {id:02});
INSERT INTO knowledge_version (ws, item_id, version, content, note, by_agent, created_at)
VALUES (1, {id:592}, 1, '{"wordings":[{"language":"zh-CN","question":"多久到账？","similar":[]}],"answers":[{"language":"zh-CN","text":"三天内。"}]}', NULL, {id:02}, 7000);
INSERT INTO knowledge_term (ws, id, base_id, kind, words, meaning, created_at, changed_at) VALUES (1, {id:593}, {id:590}, 'synonym', '["退款","退钱"]', NULL, 7000, 7000);
INSERT INTO knowledge_edge (ws, id, base_id, subject, relation, target, audience, position, created_at, changed_at) VALUES (1, {id:594}, {id:590}, '耳机', '有问题', '没声音', 'public', 1, 7000, 7000);
