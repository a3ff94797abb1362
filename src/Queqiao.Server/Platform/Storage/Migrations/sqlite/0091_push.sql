-- By which services users of the firm's app are told of new messages, on which phones they have it, and how far they were told.
CREATE TABLE push_target (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    service TEXT NOT NULL,
    settings TEXT NOT NULL,
    secrets BLOB,
    before BLOB,
    before_until INTEGER,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_sent_at INTEGER,
    last_error_at INTEGER,
    error TEXT,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_push_target_service ON push_target (ws, channel_id, service);

CREATE TABLE push_device (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    vendor TEXT NOT NULL,
    token_tag BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_push_device_token ON push_device (ws, channel_id, token_tag);
CREATE INDEX ix_push_device_visitor ON push_device (ws, channel_id, tag);
CREATE INDEX ix_push_device_contact ON push_device (ws, contact_id);

CREATE TABLE push_mark (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    waiting INTEGER NOT NULL,
    since INTEGER NOT NULL,
    told_seq INTEGER NOT NULL,
    PRIMARY KEY (ws, conversation_id),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
) STRICT;
