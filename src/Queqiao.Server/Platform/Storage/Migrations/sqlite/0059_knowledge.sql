-- What the firm knows: bases, categories, articles and FAQs with their versions, words, facts. Texts of the firm, not of people.
CREATE TABLE knowledge_base (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    help TEXT NOT NULL,
    host TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_knowledge_base_host ON knowledge_base (host) WHERE host IS NOT NULL;
CREATE TABLE knowledge_category (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    parent_id BLOB,
    name TEXT NOT NULL,
    names TEXT NOT NULL,
    slug TEXT NOT NULL,
    position INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, parent_id) REFERENCES knowledge_category (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_knowledge_category_slug ON knowledge_category (ws, base_id, slug);
CREATE INDEX ix_knowledge_category_parent ON knowledge_category (ws, parent_id);
CREATE TABLE knowledge_item (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    category_id BLOB,
    title TEXT NOT NULL,
    lookup TEXT NOT NULL,
    external_key TEXT,
    audience TEXT NOT NULL,
    owner_id BLOB,
    version INTEGER NOT NULL,
    published_version INTEGER,
    published_at INTEGER,
    review TEXT,
    review_note TEXT,
    reviewer_id BLOB,
    publish_at INTEGER,
    valid_from INTEGER,
    valid_to INTEGER,
    check_at INTEGER,
    archived_at INTEGER,
    position INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB,
    changed_at INTEGER NOT NULL,
    changed_by BLOB,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, category_id) REFERENCES knowledge_category (ws, id),
    FOREIGN KEY (ws, owner_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_item_changed ON knowledge_item (ws, base_id, kind, changed_at, id);
CREATE INDEX ix_knowledge_item_revision ON knowledge_item (ws, base_id, revision);
CREATE INDEX ix_knowledge_item_lookup ON knowledge_item (ws, base_id, lookup);
CREATE UNIQUE INDEX ux_knowledge_item_external ON knowledge_item (ws, base_id, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX ix_knowledge_item_category ON knowledge_item (ws, category_id);
CREATE INDEX ix_knowledge_item_owner ON knowledge_item (ws, owner_id);
CREATE INDEX ix_knowledge_item_publish ON knowledge_item (publish_at) WHERE publish_at IS NOT NULL;
CREATE TABLE knowledge_version (
    ws INTEGER NOT NULL,
    item_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    note TEXT,
    by_agent BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, item_id, version),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
) STRICT;
CREATE TABLE knowledge_term (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    meaning TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_term_base ON knowledge_term (ws, base_id);
CREATE TABLE knowledge_edge (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    subject TEXT NOT NULL,
    relation TEXT NOT NULL,
    target TEXT NOT NULL,
    audience TEXT NOT NULL,
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_edge_subject ON knowledge_edge (ws, base_id, subject);
