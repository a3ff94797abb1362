-- Files that become contacts: name, format and plan are sealed; the file itself lies with the others and is deleted afterwards.
CREATE TABLE contact_import (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    by_agent BLOB NOT NULL,
    file_id BLOB,
    sealed BLOB NOT NULL,
    phase TEXT NOT NULL,
    job_id BLOB,
    undo_job_id BLOB,
    total INTEGER NOT NULL,
    counts TEXT NOT NULL,
    undone INTEGER NOT NULL,
    not_undone INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, by_agent) REFERENCES agent (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_contact_import_agent ON contact_import (ws, by_agent, created_at);
CREATE INDEX ix_contact_import_created ON contact_import (created_at);

-- What became of a row. before is under the contact's key, cells (of rows that nothing came of) under the workspace's.
CREATE TABLE contact_import_row (
    ws INTEGER NOT NULL,
    import_id BLOB NOT NULL,
    no INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    contact_id BLOB,
    before BLOB,
    trace BLOB,
    cells BLOB,
    code TEXT,
    column_no INTEGER,
    arg TEXT,
    undone_at INTEGER,
    PRIMARY KEY (ws, import_id, no),
    FOREIGN KEY (ws, import_id) REFERENCES contact_import (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_contact_import_row_contact ON contact_import_row (ws, contact_id) WHERE contact_id IS NOT NULL;
