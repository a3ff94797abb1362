-- Saved conditions over contacts.
CREATE TABLE contact_segment (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    conditions TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
