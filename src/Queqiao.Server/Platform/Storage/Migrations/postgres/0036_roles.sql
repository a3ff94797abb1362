-- Roles are data: what a role gives, who has which, and what is counted by the day. What built-in roles give is in the program (policy is null).
CREATE TABLE role (
    ws integer NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    description text,
    policy text,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    created_by uuid,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, created_by) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_role_name ON role (ws, name_key);
CREATE INDEX ix_role_created_by ON role (ws, created_by);

CREATE TABLE agent_role (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    role_id text NOT NULL,
    PRIMARY KEY (ws, agent_id, role_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, role_id) REFERENCES role (ws, id)
);
CREATE INDEX ix_agent_role_role ON agent_role (ws, role_id);

-- One row a workspace: raised by whatever changes who may do what, so that other nodes notice.
CREATE TABLE access_state (
    ws integer NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    separated boolean NOT NULL,
    changed_at bigint NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE TABLE access_use (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    kind text NOT NULL,
    day integer NOT NULL,
    used integer NOT NULL,
    PRIMARY KEY (ws, agent_id, kind, day),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

ALTER TABLE invitation ADD COLUMN roles text;

INSERT INTO role (ws, id, name, name_key, version, created_at, changed_at)
SELECT workspace.ws, one.id, one.id, 'builtin:' || one.id, 1, workspace.created_at, workspace.created_at
FROM workspace CROSS JOIN (VALUES ('owner'), ('admin'), ('supervisor'), ('agent'), ('viewer'), ('system_admin'), ('security_admin'), ('audit_admin'), ('newcomer')) AS one (id);
INSERT INTO agent_role (ws, agent_id, role_id) SELECT agent.ws, agent.id, agent.role FROM agent JOIN role ON role.ws = agent.ws AND role.id = agent.role;
INSERT INTO access_state (ws, version, separated, changed_at) SELECT ws, 1, false, created_at FROM workspace;

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['role', 'agent_role', 'access_state', 'access_use'] LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON access_state, access_use TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE, DELETE ON role, agent_role TO {app}, {writer};
GRANT DELETE ON access_use TO {app}, {writer};
