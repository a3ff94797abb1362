-- A workspace's keys, wrapped by a root key that is never in here. kind data seals; kind index is what blind indexes are derived from.
CREATE TABLE workspace_key (
    ws INTEGER NOT NULL,
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    root_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT, WITHOUT ROWID;
