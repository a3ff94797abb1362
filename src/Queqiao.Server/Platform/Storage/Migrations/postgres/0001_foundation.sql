-- Instants are Unix milliseconds. Every key begins with the workspace number.

CREATE TABLE workspace (
    ws integer NOT NULL PRIMARY KEY,
    id uuid NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL
);
CREATE UNIQUE INDEX ux_workspace_id ON workspace (id);

CREATE TABLE agent (
    ws integer NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text NOT NULL,
    locale text NOT NULL,
    disabled_at bigint,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_agent_email_key ON agent (email_key);

CREATE TABLE session (
    ws integer NOT NULL,
    token_hash bytea NOT NULL,
    agent_id uuid NOT NULL,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    address text,
    user_agent text,
    PRIMARY KEY (ws, token_hash),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_session_token_hash ON session (token_hash);
CREATE INDEX ix_session_agent ON session (ws, agent_id);

CREATE TABLE audit (
    ws integer NOT NULL,
    id uuid NOT NULL,
    at bigint NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text,
    detail text,
    address text,
    PRIMARY KEY (ws, id)
);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit rows cannot be changed'; END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION audit_is_append_only();

CREATE TABLE channel (
    ws integer NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    settings text NOT NULL,
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_channel_id ON channel (id);

CREATE TABLE contact (
    ws integer NOT NULL,
    id uuid NOT NULL,
    name text,
    created_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE TABLE contact_identity (
    ws integer NOT NULL,
    channel_id uuid NOT NULL,
    identity text NOT NULL,
    contact_id uuid NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, channel_id, identity),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_identity_contact ON contact_identity (ws, contact_id);

-- The head: everything about a conversation that follows from its log up to seq.
CREATE TABLE conversation (
    ws integer NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    identity text NOT NULL,
    contact_id uuid NOT NULL,
    contact_name text,
    seq bigint NOT NULL,
    public_seq bigint NOT NULL,
    status text NOT NULL,
    assignee_id uuid,
    assignee_name text,
    priority text NOT NULL,
    unread integer NOT NULL,
    contact_unread integer NOT NULL,
    contact_read_seq bigint NOT NULL,
    agent_read_seq bigint NOT NULL,
    waiting_since bigint,
    last_in_seq bigint NOT NULL,
    last_out_seq bigint NOT NULL,
    last_message_seq bigint NOT NULL,
    last_message_at bigint NOT NULL,
    last_message_type text,
    last_sender_kind text,
    last_sender_id uuid,
    last_sender_name text,
    last_preview text,
    created_at bigint NOT NULL,
    last_activity_at bigint NOT NULL,
    last_entry_at bigint NOT NULL,
    resolved_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id),
    FOREIGN KEY (ws, assignee_id) REFERENCES agent (ws, id)
);
-- At most one unresolved conversation of a person on a channel.
CREATE UNIQUE INDEX ux_conversation_unresolved ON conversation (ws, channel_id, identity) WHERE status <> 'resolved';
CREATE INDEX ix_conversation_identity ON conversation (ws, channel_id, identity, created_at);
CREATE INDEX ix_conversation_activity ON conversation (ws, status, last_activity_at, id);
CREATE INDEX ix_conversation_assignee ON conversation (ws, assignee_id, status, last_activity_at, id);
CREATE INDEX ix_conversation_waiting ON conversation (ws, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX ix_conversation_contact ON conversation (ws, contact_id);

-- The log. public_prev: the seq before this one that the customer can see; NULL when the entry is not for the customer.
CREATE TABLE entry (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    public_prev bigint,
    at bigint NOT NULL,
    type text NOT NULL,
    sender_kind text NOT NULL,
    sender_id uuid,
    body bytea NOT NULL,
    slot smallint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
);
CREATE UNIQUE INDEX ux_entry_position ON entry (slot, position);

-- First 128 bits of SHA-256 over (workspace, sender, clientId): the same send never counts twice.
CREATE TABLE entry_key (
    ws integer NOT NULL,
    key uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (ws, key)
);

CREATE TABLE slot (
    slot smallint NOT NULL PRIMARY KEY,
    position bigint NOT NULL
);
INSERT INTO slot (slot, position) SELECT n, 0 FROM generate_series(0, 63) AS n;

CREATE TABLE listener_cursor (
    listener text NOT NULL,
    slot smallint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (listener, slot)
);

-- A conversation that a listener could not digest: from_seq on waits here while the slot goes on.
CREATE TABLE listener_hold (
    listener text NOT NULL,
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    from_seq bigint NOT NULL,
    tries integer NOT NULL,
    next_at bigint NOT NULL,
    error text NOT NULL,
    PRIMARY KEY (listener, ws, conversation_id)
);

-- Entries given up by a listener after its last try: an administrator sees and replays them.
CREATE TABLE listener_parked (
    listener text NOT NULL,
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    tries integer NOT NULL,
    error text NOT NULL,
    parked_at bigint NOT NULL,
    PRIMARY KEY (listener, ws, conversation_id, seq)
);

-- Row-level security, forced: a table's owner obeys it too. {app} sees the workspace its connection was opened for and no
-- other; {writer} writes batches of many workspaces and finds out who is signing in. Neither owns a table.
-- After SET LOCAL the setting is '' rather than NULL, hence nullif.
DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['workspace', 'agent', 'session', 'audit', 'channel', 'contact', 'contact_identity', 'conversation', 'entry', 'entry_key']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO {app}, {writer};
GRANT SELECT, INSERT ON audit, entry, entry_key TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE ON agent, session, channel, contact, contact_identity, conversation TO {app}, {writer};
GRANT SELECT ON workspace TO {app};
GRANT SELECT, INSERT, UPDATE ON workspace TO {writer};
GRANT DELETE ON session TO {app}, {writer};
GRANT SELECT, UPDATE ON slot TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE, DELETE ON listener_cursor, listener_hold, listener_parked TO {app}, {writer};
