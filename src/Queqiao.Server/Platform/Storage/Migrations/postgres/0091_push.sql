-- By which services users of the firm's app are told of new messages, on which phones they have it, and how far they were told.
CREATE TABLE push_target (
    ws integer NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    service text NOT NULL,
    settings text NOT NULL,
    secrets bytea,
    before bytea,
    before_until bigint,
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    last_sent_at bigint,
    last_error_at bigint,
    error text,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);
CREATE UNIQUE INDEX ux_push_target_service ON push_target (ws, channel_id, service);

CREATE TABLE push_device (
    ws integer NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    tag uuid NOT NULL,
    contact_id uuid NOT NULL,
    vendor text NOT NULL,
    token_tag uuid NOT NULL,
    sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE UNIQUE INDEX ux_push_device_token ON push_device (ws, channel_id, token_tag);
CREATE INDEX ix_push_device_visitor ON push_device (ws, channel_id, tag);
CREATE INDEX ix_push_device_contact ON push_device (ws, contact_id);

CREATE TABLE push_mark (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    waiting boolean NOT NULL,
    since bigint NOT NULL,
    told_seq bigint NOT NULL,
    PRIMARY KEY (ws, conversation_id),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['push_target', 'push_device', 'push_mark']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON push_target, push_device, push_mark TO {app}, {writer};
