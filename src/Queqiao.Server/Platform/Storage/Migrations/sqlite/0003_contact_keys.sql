-- Every person has a key of their own, wrapped by the workspace's; what is about them is sealed with it. wrapped NULL: destroyed.
CREATE TABLE contact_key (
    ws INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    key_id INTEGER NOT NULL,
    wrapped BLOB,
    created_at INTEGER NOT NULL,
    destroyed_at INTEGER,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT, WITHOUT ROWID;

-- Room for what is sealed. Migration 4 takes away what was in clear, once the server has sealed it (SealClearText).
ALTER TABLE contact ADD COLUMN sealed_name BLOB;
ALTER TABLE contact ADD COLUMN erased_at INTEGER;
ALTER TABLE contact_identity ADD COLUMN tag BLOB;
ALTER TABLE contact_identity ADD COLUMN sealed BLOB;
ALTER TABLE conversation ADD COLUMN identity_tag BLOB;
ALTER TABLE conversation ADD COLUMN sealed BLOB;
ALTER TABLE conversation ADD COLUMN erased_at INTEGER;
DROP INDEX ux_conversation_unresolved;
DROP INDEX ix_conversation_identity;
