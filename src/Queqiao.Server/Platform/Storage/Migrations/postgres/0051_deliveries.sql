-- How far messages came that a provider has to bring.
CREATE TABLE delivery (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    channel_id uuid NOT NULL,
    state text NOT NULL,
    done integer NOT NULL,
    trying boolean NOT NULL,
    code text,
    reason_zh text,
    reason_en text,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);
CREATE INDEX ix_delivery_channel ON delivery (ws, channel_id, state, created_at);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['delivery']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON delivery TO {app}, {writer};
