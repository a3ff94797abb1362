-- Bots, whose customers they receive, what they did and what became of it.
CREATE TABLE bot (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    profile TEXT NOT NULL,
    sealed_model_key BLOB,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

CREATE TABLE bot_channel (
    ws INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    bot_id BLOB NOT NULL,
    enabled INTEGER NOT NULL,
    settings TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, channel_id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, bot_id) REFERENCES bot (ws, id)
) STRICT;
CREATE INDEX ix_bot_channel_bot ON bot_channel (ws, bot_id);

CREATE TABLE bot_turn (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    asked_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    brain TEXT NOT NULL,
    entry TEXT,
    score REAL,
    helpful INTEGER,
    reason TEXT,
    right_answer INTEGER,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
) STRICT;
CREATE INDEX ix_bot_turn_at ON bot_turn (ws, at, conversation_id, seq);
CREATE INDEX ix_bot_turn_entry ON bot_turn (ws, entry, at);

CREATE TABLE bot_case (
    ws INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    from_seq INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    ended_at INTEGER,
    answers INTEGER NOT NULL,
    helpful INTEGER,
    again_at INTEGER,
    PRIMARY KEY (ws, conversation_id, from_seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
) STRICT;
CREATE INDEX ix_bot_case_at ON bot_case (ws, at, conversation_id, from_seq);
CREATE INDEX ix_bot_case_contact ON bot_case (ws, contact_id, ended_at);
