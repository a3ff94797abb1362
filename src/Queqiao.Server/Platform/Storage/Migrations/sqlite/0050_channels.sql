-- Channels of any kind: secrets of their settings, what comes in by webhooks, what is needed to answer, how they are.
ALTER TABLE channel ADD COLUMN secrets BLOB;
ALTER TABLE channel ADD COLUMN deleted_at INTEGER;

-- What may still be sent by the channel's rules follows from the log, like the rest of the head.
ALTER TABLE conversation ADD COLUMN reply_window TEXT;

-- One key a day for what providers delivered; without it nothing of that day can be read.
CREATE TABLE hook_key (
    ws INTEGER NOT NULL,
    day INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, day),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

-- Deliveries of providers as they came. next_at: when somebody has to look at it; NULL: done.
CREATE TABLE hook_delivery (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    day INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;
CREATE INDEX ix_hook_delivery_next ON hook_delivery (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ix_hook_delivery_channel ON hook_delivery (ws, channel_id, received_at);

-- How somebody is reached on a channel: what the newest event of theirs brought.
CREATE TABLE channel_reach (
    ws INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, channel_id, tag),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_channel_reach_contact ON channel_reach (ws, contact_id);

-- How a channel is: when it was heard of last, what went wrong, how far it was pulled, who holds its socket.
CREATE TABLE channel_state (
    ws INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    last_in_at INTEGER,
    last_out_at INTEGER,
    last_refused_at INTEGER,
    refusal TEXT,
    refused_count INTEGER NOT NULL,
    last_error_at INTEGER,
    error TEXT,
    pulled BLOB,
    socket BLOB,
    holder TEXT,
    held_until INTEGER,
    PRIMARY KEY (ws, channel_id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;

-- Tokens of providers, shared by all nodes: who fetches holds the row.
CREATE TABLE channel_token (
    ws INTEGER NOT NULL,
    key BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    sealed BLOB,
    expires_at INTEGER NOT NULL,
    forgotten INTEGER NOT NULL,
    holder TEXT,
    held_until INTEGER NOT NULL,
    PRIMARY KEY (ws, key),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;
CREATE INDEX ix_channel_token_channel ON channel_token (ws, channel_id);
