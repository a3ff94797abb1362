-- Nothing about a person stands in clear any more: the server has sealed it before this runs.
CREATE TABLE contact_identity_sealed (
    ws INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, channel_id, tag),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
INSERT INTO contact_identity_sealed SELECT ws, channel_id, tag, contact_id, sealed, created_at FROM contact_identity;
DROP TABLE contact_identity;
ALTER TABLE contact_identity_sealed RENAME TO contact_identity;
CREATE INDEX ix_contact_identity_contact ON contact_identity (ws, contact_id);

ALTER TABLE contact DROP COLUMN name;

ALTER TABLE conversation DROP COLUMN identity;
ALTER TABLE conversation DROP COLUMN contact_name;
ALTER TABLE conversation DROP COLUMN last_sender_name;
ALTER TABLE conversation DROP COLUMN last_preview;
-- At most one unresolved conversation of a person on a channel.
CREATE UNIQUE INDEX ux_conversation_unresolved ON conversation (ws, channel_id, identity_tag) WHERE status <> 'resolved';
CREATE INDEX ix_conversation_identity ON conversation (ws, channel_id, identity_tag, created_at);

-- Who was erased, when and why, and what it came to. A restored backup goes through these rows again; they name nobody.
CREATE TABLE erasure (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    contact_ids TEXT NOT NULL,
    by_id BLOB,
    reason BLOB NOT NULL,
    at INTEGER NOT NULL,
    finished_at INTEGER,
    receipt TEXT NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE INDEX ix_erasure_contact ON erasure (ws, contact_id);
