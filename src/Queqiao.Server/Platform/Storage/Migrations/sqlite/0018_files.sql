-- Files of messages. The bytes are blobs below DATA/files; name and key are sealed.
CREATE TABLE file (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    state TEXT NOT NULL,
    owner_kind TEXT NOT NULL,
    owner_key BLOB NOT NULL,
    name BLOB,
    kind TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    duration_ms INTEGER,
    has_thumb INTEGER NOT NULL,
    sealed_key BLOB,
    digest BLOB,
    conversation_id BLOB,
    contact_id BLOB,
    is_public INTEGER NOT NULL,
    reason TEXT,
    tries INTEGER NOT NULL,
    next_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE INDEX ix_file_owner ON file (ws, owner_key, created_at);
CREATE INDEX ix_file_conversation ON file (ws, conversation_id, created_at);
CREATE INDEX ix_file_contact ON file (ws, contact_id);
CREATE INDEX ix_file_next ON file (next_at) WHERE next_at IS NOT NULL;
