-- How waiting conversations find somebody, and who is there to take them.
CREATE TABLE routing_setting (
    ws integer NOT NULL PRIMARY KEY,
    mode text NOT NULL,
    requeue_after bigint,
    changed_at bigint NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

-- What agents say of themselves. given_at: when work was last given to them; the row is the lock of giving.
CREATE TABLE agent_presence (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    status text NOT NULL,
    reason text,
    since bigint NOT NULL,
    given_at bigint NOT NULL,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

-- Every change of what colleagues saw: online, away, offline.
CREATE TABLE presence_change (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    at bigint NOT NULL,
    status text NOT NULL,
    reason text,
    PRIMARY KEY (ws, agent_id, at),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

-- Who has a console open on which node, until when (several nodes only).
CREATE TABLE agent_lease (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    node text NOT NULL,
    until bigint NOT NULL,
    PRIMARY KEY (ws, agent_id, node),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['routing_setting', 'agent_presence', 'presence_change', 'agent_lease']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON routing_setting, agent_presence TO {app}, {writer};
GRANT SELECT, INSERT ON presence_change TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE, DELETE ON agent_lease TO {app}, {writer};
