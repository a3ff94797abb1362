-- What is written down when a conversation ends.
CREATE TABLE wrap_up_plan (
    ws INTEGER NOT NULL,
    plan TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

CREATE TABLE wrap_up (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    category_id BLOB NOT NULL,
    result_id TEXT,
    team_id BLOB,
    agent_id BLOB,
    at INTEGER NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
) STRICT;
CREATE INDEX ix_wrap_up_at ON wrap_up (ws, at, category_id);
