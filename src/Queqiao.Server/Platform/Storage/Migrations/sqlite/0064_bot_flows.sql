-- Flows, actions, what bots learn, and what a model has cost.
CREATE TABLE bot_flow (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    key TEXT NOT NULL,
    draft TEXT NOT NULL,
    published_version INTEGER,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_bot_flow_key ON bot_flow (ws, key);

CREATE TABLE bot_flow_version (
    ws INTEGER NOT NULL,
    flow_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    flow TEXT NOT NULL,
    note TEXT,
    at INTEGER NOT NULL,
    by_agent BLOB,
    PRIMARY KEY (ws, flow_id, version),
    FOREIGN KEY (ws, flow_id) REFERENCES bot_flow (ws, id)
) STRICT;

CREATE TABLE bot_action (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    key TEXT NOT NULL,
    definition TEXT NOT NULL,
    sealed_headers BLOB,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_bot_action_key ON bot_action (ws, key);

CREATE TABLE bot_suggestion (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BLOB NOT NULL,
    entry TEXT,
    score REAL,
    size INTEGER NOT NULL,
    recent INTEGER NOT NULL,
    earlier INTEGER NOT NULL,
    item_id BLOB,
    by_itself INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by BLOB,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE INDEX ix_bot_suggestion_state ON bot_suggestion (ws, state, size, id);

CREATE TABLE bot_question (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    suggestion_id BLOB NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, suggestion_id) REFERENCES bot_suggestion (ws, id)
) STRICT;
CREATE INDEX ix_bot_question_suggestion ON bot_question (ws, suggestion_id, at);

CREATE TABLE bot_spend (
    ws INTEGER NOT NULL,
    day TEXT NOT NULL,
    calls INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (ws, day),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
