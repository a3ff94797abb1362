-- Changes of many conversations at once: what was wished, how far it came, and what can be undone.

CREATE TABLE bulk_change (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    by_agent BLOB NOT NULL,
    job_id BLOB NOT NULL,
    action TEXT NOT NULL,
    total INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    undo_job_id BLOB,
    undone INTEGER NOT NULL,
    not_undone INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, by_agent) REFERENCES agent (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_bulk_change_agent ON bulk_change (ws, by_agent, created_at);
CREATE INDEX ix_bulk_change_created ON bulk_change (created_at);

-- Conversations that were changed (seq: the last entry of the change; before: what it replaced) or could not be (reason).
CREATE TABLE bulk_item (
    ws INTEGER NOT NULL,
    bulk_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER,
    before TEXT,
    reason TEXT,
    reason_arg TEXT,
    undone_at INTEGER,
    PRIMARY KEY (ws, bulk_id, conversation_id),
    FOREIGN KEY (ws, bulk_id) REFERENCES bulk_change (ws, id)
) STRICT, WITHOUT ROWID;
