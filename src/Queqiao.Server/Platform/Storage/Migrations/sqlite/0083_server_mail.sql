-- How the server itself writes to colleagues. The password is sealed.
CREATE TABLE server_mail (
    ws INTEGER NOT NULL PRIMARY KEY,
    settings TEXT NOT NULL,
    secret BLOB,
    changed_at INTEGER NOT NULL,
    sent_at INTEGER,
    trouble TEXT,
    trouble_at INTEGER,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

-- A letter until it is sent, sealed.
CREATE TABLE server_letter (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
