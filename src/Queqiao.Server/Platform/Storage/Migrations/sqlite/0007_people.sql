-- People: teams, invitations, second factors, tokens, and what agents and workspaces may set.

ALTER TABLE agent ADD COLUMN capacity INTEGER NOT NULL DEFAULT 5;
ALTER TABLE agent ADD COLUMN time_zone TEXT;
ALTER TABLE agent ADD COLUMN color TEXT;
ALTER TABLE agent ADD COLUMN signature TEXT;
ALTER TABLE agent ADD COLUMN notifications TEXT;
ALTER TABLE workspace ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'Asia/Shanghai';
ALTER TABLE workspace ADD COLUMN locale TEXT NOT NULL DEFAULT 'zh-CN';
ALTER TABLE workspace ADD COLUMN second_factor TEXT NOT NULL DEFAULT 'optional';
ALTER TABLE session ADD COLUMN proven_at INTEGER;
ALTER TABLE session ADD COLUMN second_factor_at INTEGER;
ALTER TABLE session ADD COLUMN limited_to TEXT;
CREATE INDEX ix_session_revoked ON session (revoked_at) WHERE revoked_at IS NOT NULL;

-- Teams form a tree. A team that is given up keeps its row: conversations remember it.
CREATE TABLE team (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    parent_id BLOB,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, parent_id) REFERENCES team (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_team_name ON team (ws, name_key) WHERE deleted_at IS NULL;
CREATE INDEX ix_team_parent ON team (ws, parent_id);

CREATE TABLE team_member (
    ws INTEGER NOT NULL,
    team_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    lead INTEGER NOT NULL,
    PRIMARY KEY (ws, team_id, agent_id),
    FOREIGN KEY (ws, team_id) REFERENCES team (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_team_member_agent ON team_member (ws, agent_id);

-- Links that make an account. The secret itself is in the link only; here is its SHA-256.
CREATE TABLE invitation (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL,
    team_ids TEXT NOT NULL,
    invited_by BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    accepted_at INTEGER,
    agent_id BLOB,
    revoked_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, invited_by) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_invitation_token_hash ON invitation (token_hash);
CREATE UNIQUE INDEX ux_invitation_waiting ON invitation (ws, email_key) WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX ix_invitation_agent ON invitation (ws, agent_id);
CREATE INDEX ix_invitation_invited_by ON invitation (ws, invited_by);

CREATE TABLE password_reset (
    ws INTEGER NOT NULL,
    token_hash BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    created_by BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (ws, token_hash),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, created_by) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_password_reset_token_hash ON password_reset (token_hash);
CREATE INDEX ix_password_reset_agent ON password_reset (ws, agent_id);
CREATE INDEX ix_password_reset_created_by ON password_reset (ws, created_by);

-- One authenticator an agent. last_step: the newest 30-second step whose code was taken; no code counts twice.
CREATE TABLE second_factor (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    secret BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;

CREATE TABLE recovery_code (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (ws, agent_id, code_hash),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;

CREATE TABLE api_token (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    agent_id BLOB NOT NULL,
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    addresses TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_api_token_token_hash ON api_token (token_hash);
CREATE INDEX ix_api_token_agent ON api_token (ws, agent_id);
CREATE INDEX ix_api_token_revoked ON api_token (revoked_at) WHERE revoked_at IS NOT NULL;
