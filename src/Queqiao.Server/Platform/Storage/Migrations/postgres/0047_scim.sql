-- A directory keeps people and groups in step (SCIM 2.0).
CREATE TABLE scim_token (
    ws integer NOT NULL,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    hint text NOT NULL,
    name text NOT NULL,
    agent_id uuid NOT NULL,
    default_role text NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    revoked_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_scim_token_hash ON scim_token (token_hash);
CREATE INDEX ix_scim_token_agent ON scim_token (ws, agent_id);

-- What the directory says of somebody beyond what an agent is.
CREATE TABLE scim_user (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    external_id text,
    user_name text NOT NULL,
    name text,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    deleted_at bigint,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

CREATE TABLE scim_group (
    ws integer NOT NULL,
    id uuid NOT NULL,
    external_id text,
    name text NOT NULL,
    name_key text NOT NULL,
    role_id text,
    team_id uuid,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, team_id) REFERENCES team (ws, id)
);
CREATE UNIQUE INDEX ux_scim_group_name ON scim_group (ws, name_key);
CREATE INDEX ix_scim_group_team ON scim_group (ws, team_id);

CREATE TABLE scim_member (
    ws integer NOT NULL,
    group_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    PRIMARY KEY (ws, group_id, agent_id),
    FOREIGN KEY (ws, group_id) REFERENCES scim_group (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_scim_member_agent ON scim_member (ws, agent_id);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['scim_token', 'scim_user', 'scim_group', 'scim_member']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON scim_token, scim_user, scim_group, scim_member TO {app}, {writer};
