-- Messages that are sent later. body is sealed with the key of the person it is written to.
CREATE TABLE scheduled_message (
    ws integer NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    body bytea NOT NULL,
    send_at bigint NOT NULL,
    state text NOT NULL,
    reason text,
    unless_after bigint,
    job_id uuid NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_scheduled_message_conversation ON scheduled_message (ws, conversation_id, state);
CREATE INDEX ix_scheduled_message_agent ON scheduled_message (ws, agent_id);

CREATE POLICY app ON scheduled_message TO {app} USING (ws = nullif(current_setting('queqiao.ws', true), '')::integer) WITH CHECK (ws = nullif(current_setting('queqiao.ws', true), '')::integer);
CREATE POLICY writer ON scheduled_message TO {writer} USING (true) WITH CHECK (true);
CREATE POLICY owner ON scheduled_message TO CURRENT_USER USING (true) WITH CHECK (true);
ALTER TABLE scheduled_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE scheduled_message FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON scheduled_message TO {app}, {writer};
