-- A contact that became part of another one points at it; both keep their rows and their keys.
ALTER TABLE contact ADD COLUMN merged_into BLOB;
ALTER TABLE contact ADD COLUMN created_by BLOB;
CREATE INDEX ix_contact_seen ON contact (ws, last_seen_at, id);
CREATE INDEX ix_contact_merged ON contact (ws, merged_into) WHERE merged_into IS NOT NULL;

-- E-mail addresses, phone numbers and other names of people: sealed, and a keyed tag to find equal ones.
CREATE TABLE contact_identifier (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    tag BLOB NOT NULL,
    sealed BLOB NOT NULL,
    verified INTEGER NOT NULL,
    source TEXT NOT NULL,
    channel_id BLOB,
    created_at INTEGER NOT NULL,
    created_by BLOB,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_contact_identifier_contact ON contact_identifier (ws, contact_id, tag);
CREATE INDEX ix_contact_identifier_tag ON contact_identifier (ws, tag);

CREATE TABLE contact_detail (
    ws INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    fields TEXT,
    sealed BLOB,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_tag (
    ws INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    tag TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (ws, contact_id, tag),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_contact_tag_tag ON contact_tag (ws, tag);

CREATE TABLE contact_note (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    author_id BLOB NOT NULL,
    author_name TEXT NOT NULL,
    at INTEGER NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_contact_note_contact ON contact_note (ws, contact_id, at);

CREATE TABLE contact_block (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    sealed_reason BLOB,
    at INTEGER NOT NULL,
    by BLOB NOT NULL,
    until INTEGER,
    ended_at INTEGER,
    ended_by BLOB,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_contact_block_contact ON contact_block (ws, contact_id, at);

CREATE TABLE contact_merge (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    into_id BLOB NOT NULL,
    from_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    by BLOB NOT NULL,
    undone_at INTEGER,
    undone_by BLOB,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, into_id) REFERENCES contact (ws, id),
    FOREIGN KEY (ws, from_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_contact_merge_into ON contact_merge (ws, into_id);
CREATE INDEX ix_contact_merge_from ON contact_merge (ws, from_id);

-- Parts of names as keyed tags: names are found without being readable.
CREATE TABLE contact_word (
    ws INTEGER NOT NULL,
    word BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    PRIMARY KEY (ws, word, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_contact_word_contact ON contact_word (ws, contact_id);
