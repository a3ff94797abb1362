-- Roles are data: what a role gives, who has which, and what is counted by the day. What built-in roles give is in the program (policy is null).
CREATE TABLE role (
    ws INTEGER NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT,
    policy TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, created_by) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_role_name ON role (ws, name_key);
CREATE INDEX ix_role_created_by ON role (ws, created_by);

CREATE TABLE agent_role (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    role_id TEXT NOT NULL,
    PRIMARY KEY (ws, agent_id, role_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, role_id) REFERENCES role (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_agent_role_role ON agent_role (ws, role_id);

-- One row a workspace: raised by whatever changes who may do what.
CREATE TABLE access_state (
    ws INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    separated INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

CREATE TABLE access_use (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (ws, agent_id, kind, day),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE invitation ADD COLUMN roles TEXT;

INSERT INTO role (ws, id, name, name_key, version, created_at, changed_at)
SELECT workspace.ws, one.id, one.id, 'builtin:' || one.id, 1, workspace.created_at, workspace.created_at
FROM workspace CROSS JOIN (SELECT 'owner' AS id UNION ALL SELECT 'admin' UNION ALL SELECT 'supervisor' UNION ALL SELECT 'agent' UNION ALL SELECT 'viewer'
    UNION ALL SELECT 'system_admin' UNION ALL SELECT 'security_admin' UNION ALL SELECT 'audit_admin' UNION ALL SELECT 'newcomer') AS one;
INSERT INTO agent_role (ws, agent_id, role_id) SELECT agent.ws, agent.id, agent.role FROM agent JOIN role ON role.ws = agent.ws AND role.id = agent.role;
INSERT INTO access_state (ws, version, separated, changed_at) SELECT ws, 1, 0, created_at FROM workspace;
