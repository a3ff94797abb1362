-- One-time codes that bots sent: hashes, for limits and for checking. Neither codes nor addresses.
CREATE TABLE bot_code (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    address_tag BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    sent_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE INDEX ix_bot_code_sent ON bot_code (ws, sent_at, contact_id, address_tag);
