-- How far messages came that a provider has to bring.
CREATE TABLE delivery (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    state TEXT NOT NULL,
    done INTEGER NOT NULL,
    trying INTEGER NOT NULL,
    code TEXT,
    reason_zh TEXT,
    reason_en TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;
CREATE INDEX ix_delivery_channel ON delivery (ws, channel_id, state, created_at);
