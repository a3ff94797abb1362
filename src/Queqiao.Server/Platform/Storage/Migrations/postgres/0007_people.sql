-- People: teams, invitations, second factors, tokens, and what agents and workspaces may set.

ALTER TABLE agent ADD COLUMN capacity integer NOT NULL DEFAULT 5;
ALTER TABLE agent ADD COLUMN time_zone text;
ALTER TABLE agent ADD COLUMN color text;
ALTER TABLE agent ADD COLUMN signature text;
ALTER TABLE agent ADD COLUMN notifications text;
ALTER TABLE workspace ADD COLUMN time_zone text NOT NULL DEFAULT 'Asia/Shanghai';
ALTER TABLE workspace ADD COLUMN locale text NOT NULL DEFAULT 'zh-CN';
ALTER TABLE workspace ADD COLUMN second_factor text NOT NULL DEFAULT 'optional';
ALTER TABLE session ADD COLUMN proven_at bigint;
ALTER TABLE session ADD COLUMN second_factor_at bigint;
ALTER TABLE session ADD COLUMN limited_to text;
CREATE INDEX ix_session_revoked ON session (revoked_at) WHERE revoked_at IS NOT NULL;

-- Teams form a tree. A team that is given up keeps its row: conversations remember it.
CREATE TABLE team (
    ws integer NOT NULL,
    id uuid NOT NULL,
    parent_id uuid,
    name text NOT NULL,
    name_key text NOT NULL,
    created_at bigint NOT NULL,
    deleted_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, parent_id) REFERENCES team (ws, id)
);
CREATE UNIQUE INDEX ux_team_name ON team (ws, name_key) WHERE deleted_at IS NULL;
CREATE INDEX ix_team_parent ON team (ws, parent_id);

CREATE TABLE team_member (
    ws integer NOT NULL,
    team_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    lead boolean NOT NULL,
    PRIMARY KEY (ws, team_id, agent_id),
    FOREIGN KEY (ws, team_id) REFERENCES team (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_team_member_agent ON team_member (ws, agent_id);

-- Links that make an account. The secret itself is in the link only; here is its SHA-256.
CREATE TABLE invitation (
    ws integer NOT NULL,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    role text NOT NULL,
    team_ids text NOT NULL,
    invited_by uuid,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    accepted_at bigint,
    agent_id uuid,
    revoked_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, invited_by) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_invitation_token_hash ON invitation (token_hash);
CREATE UNIQUE INDEX ux_invitation_waiting ON invitation (ws, email_key) WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX ix_invitation_agent ON invitation (ws, agent_id);
CREATE INDEX ix_invitation_invited_by ON invitation (ws, invited_by);

CREATE TABLE password_reset (
    ws integer NOT NULL,
    token_hash bytea NOT NULL,
    agent_id uuid NOT NULL,
    created_by uuid NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    PRIMARY KEY (ws, token_hash),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, created_by) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_password_reset_token_hash ON password_reset (token_hash);
CREATE INDEX ix_password_reset_agent ON password_reset (ws, agent_id);
CREATE INDEX ix_password_reset_created_by ON password_reset (ws, created_by);

-- One authenticator an agent. last_step: the newest 30-second step whose code was taken; no code counts twice.
CREATE TABLE second_factor (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    secret bytea NOT NULL,
    created_at bigint NOT NULL,
    confirmed_at bigint,
    last_step bigint NOT NULL,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

CREATE TABLE recovery_code (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    created_at bigint NOT NULL,
    used_at bigint,
    PRIMARY KEY (ws, agent_id, code_hash),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);

CREATE TABLE api_token (
    ws integer NOT NULL,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    hint text NOT NULL,
    agent_id uuid NOT NULL,
    name text NOT NULL,
    permissions text NOT NULL,
    addresses text,
    created_at bigint NOT NULL,
    expires_at bigint,
    last_used_at bigint,
    revoked_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_api_token_token_hash ON api_token (token_hash);
CREATE INDEX ix_api_token_agent ON api_token (ws, agent_id);
CREATE INDEX ix_api_token_revoked ON api_token (revoked_at) WHERE revoked_at IS NOT NULL;

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['team', 'team_member', 'invitation', 'password_reset', 'second_factor', 'recovery_code', 'api_token']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON team, invitation, password_reset, api_token TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE, DELETE ON team_member, second_factor, recovery_code TO {app}, {writer};
GRANT UPDATE ON workspace TO {app};
