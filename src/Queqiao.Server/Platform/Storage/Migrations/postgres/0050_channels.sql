-- Channels of any kind: secrets of their settings, what comes in by webhooks, what is needed to answer, how they are.
ALTER TABLE channel ADD COLUMN secrets bytea;
ALTER TABLE channel ADD COLUMN deleted_at bigint;

-- What may still be sent by the channel's rules follows from the log, like the rest of the head.
ALTER TABLE conversation ADD COLUMN reply_window text;

-- One key a day for what providers delivered; without it nothing of that day can be read.
CREATE TABLE hook_key (
    ws integer NOT NULL,
    day integer NOT NULL,
    wrapped bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, day),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

-- Deliveries of providers as they came. next_at: when somebody has to look at it; NULL: done.
CREATE TABLE hook_delivery (
    ws integer NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    day integer NOT NULL,
    received_at bigint NOT NULL,
    body bytea NOT NULL,
    state text NOT NULL,
    tries integer NOT NULL,
    next_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);
CREATE INDEX ix_hook_delivery_next ON hook_delivery (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ix_hook_delivery_channel ON hook_delivery (ws, channel_id, received_at);

-- How somebody is reached on a channel: what the newest event of theirs brought.
CREATE TABLE channel_reach (
    ws integer NOT NULL,
    channel_id uuid NOT NULL,
    tag uuid NOT NULL,
    contact_id uuid NOT NULL,
    sealed bytea NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, channel_id, tag),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_channel_reach_contact ON channel_reach (ws, contact_id);

-- How a channel is: when it was heard of last, what went wrong, how far it was pulled, who holds its socket.
CREATE TABLE channel_state (
    ws integer NOT NULL,
    channel_id uuid NOT NULL,
    last_in_at bigint,
    last_out_at bigint,
    last_refused_at bigint,
    refusal text,
    refused_count bigint NOT NULL,
    last_error_at bigint,
    error text,
    pulled bytea,
    socket bytea,
    holder text,
    held_until bigint,
    PRIMARY KEY (ws, channel_id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);

-- Tokens of providers, shared by all nodes: who fetches holds the row.
CREATE TABLE channel_token (
    ws integer NOT NULL,
    key uuid NOT NULL,
    channel_id uuid NOT NULL,
    sealed bytea,
    expires_at bigint NOT NULL,
    forgotten boolean NOT NULL,
    holder text,
    held_until bigint NOT NULL,
    PRIMARY KEY (ws, key),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);
CREATE INDEX ix_channel_token_channel ON channel_token (ws, channel_id);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['hook_key', 'hook_delivery', 'channel_reach', 'channel_state', 'channel_token']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON hook_key, hook_delivery, channel_reach, channel_state, channel_token TO {app}, {writer};
