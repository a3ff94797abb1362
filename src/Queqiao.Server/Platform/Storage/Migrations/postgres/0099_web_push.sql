-- By what a workspace's pushes are signed (the private key is sealed), and how much they may say.
CREATE TABLE push_setting (
    ws integer NOT NULL PRIMARY KEY,
    public_key bytea NOT NULL,
    sealed bytea NOT NULL,
    subject text NOT NULL,
    content text NOT NULL,
    changed_at bigint NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

-- What an agent wants to be called for.
CREATE TABLE push_choice (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    rules text NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

-- Browsers that take pushes. Address and keys are sealed.
CREATE TABLE push_subscription (
    ws integer NOT NULL,
    id uuid NOT NULL,
    agent_id uuid NOT NULL,
    endpoint_tag uuid NOT NULL,
    session_hash bytea NOT NULL,
    sealed bytea NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL,
    sent_at bigint,
    trouble text,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_push_subscription_endpoint ON push_subscription (ws, endpoint_tag);
CREATE INDEX ix_push_subscription_agent ON push_subscription (ws, agent_id);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['push_setting', 'push_choice', 'push_subscription']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON push_setting, push_choice, push_subscription TO {app}, {writer};
