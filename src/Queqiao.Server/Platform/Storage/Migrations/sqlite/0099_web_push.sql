-- By what a workspace's pushes are signed (the private key is sealed), and how much they may say.
CREATE TABLE push_setting (
    ws INTEGER NOT NULL PRIMARY KEY,
    public_key BLOB NOT NULL,
    sealed BLOB NOT NULL,
    subject TEXT NOT NULL,
    content TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

-- What an agent wants to be called for.
CREATE TABLE push_choice (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    rules TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;

-- Browsers that take pushes. Address and keys are sealed.
CREATE TABLE push_subscription (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    endpoint_tag BLOB NOT NULL,
    session_hash BLOB NOT NULL,
    sealed BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sent_at INTEGER,
    trouble TEXT,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_push_subscription_endpoint ON push_subscription (ws, endpoint_tag);
CREATE INDEX ix_push_subscription_agent ON push_subscription (ws, agent_id);
