-- A directory keeps people and groups in step (SCIM 2.0).
CREATE TABLE scim_token (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    name TEXT NOT NULL,
    agent_id BLOB NOT NULL,
    default_role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_scim_token_hash ON scim_token (token_hash);
CREATE INDEX ix_scim_token_agent ON scim_token (ws, agent_id);

-- What the directory says of somebody beyond what an agent is.
CREATE TABLE scim_user (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    external_id TEXT,
    user_name TEXT NOT NULL,
    name TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;

CREATE TABLE scim_group (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    external_id TEXT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role_id TEXT,
    team_id BLOB,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, team_id) REFERENCES team (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_scim_group_name ON scim_group (ws, name_key);
CREATE INDEX ix_scim_group_team ON scim_group (ws, team_id);

CREATE TABLE scim_member (
    ws INTEGER NOT NULL,
    group_id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    PRIMARY KEY (ws, group_id, agent_id),
    FOREIGN KEY (ws, group_id) REFERENCES scim_group (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_scim_member_agent ON scim_member (ws, agent_id);
