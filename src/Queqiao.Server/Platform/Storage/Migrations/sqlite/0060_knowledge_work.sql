-- Work on knowledge: imports, the regression set and its runs, what was asked in vain, what was used, what readers said, files.
CREATE TABLE knowledge_import (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    by_agent BLOB NOT NULL,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    phase TEXT NOT NULL,
    job_id BLOB,
    total INTEGER NOT NULL,
    counts TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_import_base ON knowledge_import (ws, base_id);
CREATE TABLE knowledge_import_row (
    ws INTEGER NOT NULL,
    import_id BLOB NOT NULL,
    no INTEGER NOT NULL,
    title TEXT NOT NULL,
    place TEXT NOT NULL,
    content TEXT,
    outcome TEXT NOT NULL,
    code TEXT,
    arg TEXT,
    item_id BLOB,
    PRIMARY KEY (ws, import_id, no),
    FOREIGN KEY (ws, import_id) REFERENCES knowledge_import (ws, id)
) STRICT;
CREATE TABLE knowledge_check (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    sealed BLOB NOT NULL,
    language TEXT NOT NULL,
    expects TEXT NOT NULL,
    item_id BLOB,
    source TEXT NOT NULL,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_knowledge_check_tag ON knowledge_check (ws, base_id, tag);
CREATE INDEX ix_knowledge_check_item ON knowledge_check (ws, item_id);
CREATE TABLE knowledge_run (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    item_id BLOB,
    by_agent BLOB,
    at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    right_before INTEGER NOT NULL,
    right_after INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_run_base ON knowledge_run (ws, base_id, at);
CREATE TABLE knowledge_miss (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB,
    tag BLOB NOT NULL,
    sealed BLOB NOT NULL,
    source TEXT NOT NULL,
    times INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_knowledge_miss_tag ON knowledge_miss (ws, tag);
CREATE INDEX ix_knowledge_miss_last ON knowledge_miss (ws, last_at, id);
CREATE TABLE knowledge_use (
    ws INTEGER NOT NULL,
    item_id BLOB NOT NULL,
    day INTEGER NOT NULL,
    viewed INTEGER NOT NULL,
    cited INTEGER NOT NULL,
    solved INTEGER NOT NULL,
    liked INTEGER NOT NULL,
    disliked INTEGER NOT NULL,
    PRIMARY KEY (ws, item_id, day),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
) STRICT;
CREATE TABLE knowledge_feedback (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    liked INTEGER NOT NULL,
    sealed BLOB,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    done_at INTEGER,
    done_by BLOB,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_feedback_item ON knowledge_feedback (ws, item_id, at);
CREATE INDEX ix_knowledge_feedback_at ON knowledge_feedback (ws, at, id);
CREATE TABLE knowledge_file (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    by_agent BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_file_base ON knowledge_file (ws, base_id);
