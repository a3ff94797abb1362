-- Fields that a workspace adds to its conversations and contacts. Values lie with what they belong to.
CREATE TABLE custom_field (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    object TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    class TEXT NOT NULL,
    required INTEGER NOT NULL,
    options TEXT NOT NULL,
    position INTEGER NOT NULL,
    archived_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_custom_field_key ON custom_field (ws, object, key);
