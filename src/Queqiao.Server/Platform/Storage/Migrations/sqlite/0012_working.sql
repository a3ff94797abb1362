-- What colleagues keep for their work: lists of their own, unsent words; and answers that are given again to a repeated request.
CREATE TABLE saved_view (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    shared INTEGER NOT NULL,
    name TEXT NOT NULL,
    conditions TEXT NOT NULL,
    sort TEXT NOT NULL,
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, owner_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_saved_view_owner ON saved_view (ws, owner_id);

-- text is sealed; NULL: sent or given up, the version goes on counting.
CREATE TABLE draft (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    text BLOB,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (ws, conversation_id, agent_id, kind),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_draft_agent ON draft (ws, agent_id);

-- key, request: the first 128 bits of SHA-256 over (agent, key) and over method, address and body. answer is sealed; NULL: still at work.
CREATE TABLE idempotency_key (
    ws INTEGER NOT NULL,
    key BLOB NOT NULL,
    request BLOB NOT NULL,
    status INTEGER,
    content_type TEXT,
    location TEXT,
    answer BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, key)
) STRICT;
CREATE INDEX ix_idempotency_key_created ON idempotency_key (created_at);
