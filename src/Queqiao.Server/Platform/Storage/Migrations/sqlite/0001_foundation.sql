-- Instants are Unix milliseconds, ids 16 bytes in network order. Every key begins with the workspace number.

CREATE TABLE workspace (
    ws INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ux_workspace_id ON workspace (id);

CREATE TABLE agent (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    locale TEXT NOT NULL,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_agent_email_key ON agent (email_key);

CREATE TABLE session (
    ws INTEGER NOT NULL,
    token_hash BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    address TEXT,
    user_agent TEXT,
    PRIMARY KEY (ws, token_hash),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_session_token_hash ON session (token_hash);
CREATE INDEX ix_session_agent ON session (ws, agent_id);

CREATE TABLE audit (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT,
    detail TEXT,
    address TEXT,
    PRIMARY KEY (ws, id)
) STRICT;
CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows cannot be changed'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows cannot be deleted'); END;

CREATE TABLE channel (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_channel_id ON channel (id);

CREATE TABLE contact (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

CREATE TABLE contact_identity (
    ws INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    identity TEXT NOT NULL,
    contact_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, channel_id, identity),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_contact_identity_contact ON contact_identity (ws, contact_id);

-- The head: everything about a conversation that follows from its log up to seq.
CREATE TABLE conversation (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    identity TEXT NOT NULL,
    contact_id BLOB NOT NULL,
    contact_name TEXT,
    seq INTEGER NOT NULL,
    public_seq INTEGER NOT NULL,
    status TEXT NOT NULL,
    assignee_id BLOB,
    assignee_name TEXT,
    priority TEXT NOT NULL,
    unread INTEGER NOT NULL,
    contact_unread INTEGER NOT NULL,
    contact_read_seq INTEGER NOT NULL,
    agent_read_seq INTEGER NOT NULL,
    waiting_since INTEGER,
    last_in_seq INTEGER NOT NULL,
    last_out_seq INTEGER NOT NULL,
    last_message_seq INTEGER NOT NULL,
    last_message_at INTEGER NOT NULL,
    last_message_type TEXT,
    last_sender_kind TEXT,
    last_sender_id BLOB,
    last_sender_name TEXT,
    last_preview TEXT,
    created_at INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    last_entry_at INTEGER NOT NULL,
    resolved_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id),
    FOREIGN KEY (ws, assignee_id) REFERENCES agent (ws, id)
) STRICT, WITHOUT ROWID;
-- At most one unresolved conversation of a person on a channel.
CREATE UNIQUE INDEX ux_conversation_unresolved ON conversation (ws, channel_id, identity) WHERE status <> 'resolved';
CREATE INDEX ix_conversation_identity ON conversation (ws, channel_id, identity, created_at);
CREATE INDEX ix_conversation_activity ON conversation (ws, status, last_activity_at, id);
CREATE INDEX ix_conversation_assignee ON conversation (ws, assignee_id, status, last_activity_at, id);
CREATE INDEX ix_conversation_waiting ON conversation (ws, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX ix_conversation_contact ON conversation (ws, contact_id);

-- The log. public_prev: the seq before this one that the customer can see; NULL when the entry is not for the customer.
CREATE TABLE entry (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    public_prev INTEGER,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    sender_kind TEXT NOT NULL,
    sender_id BLOB,
    body BLOB NOT NULL,
    slot INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ux_entry_position ON entry (slot, position);

-- First 128 bits of SHA-256 over (workspace, sender, clientId): the same send never counts twice.
CREATE TABLE entry_key (
    ws INTEGER NOT NULL,
    key BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (ws, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE slot (
    slot INTEGER NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 63)
INSERT INTO slot (slot, position) SELECT n, 0 FROM numbers;

CREATE TABLE listener_cursor (
    listener TEXT NOT NULL,
    slot INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (listener, slot)
) STRICT, WITHOUT ROWID;

-- A conversation that a listener could not digest: from_seq on waits here while the slot goes on.
CREATE TABLE listener_hold (
    listener TEXT NOT NULL,
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    from_seq INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (listener, ws, conversation_id)
) STRICT, WITHOUT ROWID;

-- Entries given up by a listener after its last try: an administrator sees and replays them.
CREATE TABLE listener_parked (
    listener TEXT NOT NULL,
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    error TEXT NOT NULL,
    parked_at INTEGER NOT NULL,
    PRIMARY KEY (listener, ws, conversation_id, seq)
) STRICT, WITHOUT ROWID;
