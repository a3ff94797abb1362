-- When an identifier was last proved: a phone number has another owner some months after its last one.
ALTER TABLE contact_identifier ADD COLUMN proved_at INTEGER;

-- What proved that two contacts are one; null: an agent said so.
ALTER TABLE contact_merge ADD COLUMN key_kind TEXT;
ALTER TABLE contact_merge ADD COLUMN key_id BLOB;

-- Codes by which somebody shows on one channel that they are a person of another. Only a keyed tag of the code is here.
CREATE TABLE contact_link (
    ws INTEGER NOT NULL,
    tag BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    made_by BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (ws, tag),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_contact_link_contact ON contact_link (ws, contact_id);
