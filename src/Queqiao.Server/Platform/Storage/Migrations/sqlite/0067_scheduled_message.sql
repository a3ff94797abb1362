-- Messages that are sent later. body is sealed with the key of the person it is written to.
CREATE TABLE scheduled_message (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    body BLOB NOT NULL,
    send_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    unless_after INTEGER,
    job_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_scheduled_message_conversation ON scheduled_message (ws, conversation_id, state);
CREATE INDEX ix_scheduled_message_agent ON scheduled_message (ws, agent_id);
