-- What is written down when a conversation ends.
CREATE TABLE wrap_up_plan (
    ws integer NOT NULL,
    plan text NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE TABLE wrap_up (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    category_id uuid NOT NULL,
    result_id text,
    team_id uuid,
    agent_id uuid,
    at bigint NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
);
CREATE INDEX ix_wrap_up_at ON wrap_up (ws, at, category_id);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['wrap_up_plan', 'wrap_up']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON wrap_up_plan TO {app}, {writer};
GRANT SELECT, INSERT, DELETE ON wrap_up TO {app}, {writer};
