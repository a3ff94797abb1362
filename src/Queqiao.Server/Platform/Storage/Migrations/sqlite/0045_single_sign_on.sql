-- Sign-in by other providers (OpenID Connect), and how people of a workspace may sign in.
CREATE TABLE sso_provider (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    preset TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret BLOB,
    settings TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

CREATE TABLE external_identity (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    provider_id BLOB NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    agent_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, provider_id) REFERENCES sso_provider (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_external_identity_subject ON external_identity (ws, issuer, subject);
CREATE INDEX ix_external_identity_agent ON external_identity (ws, agent_id);
CREATE INDEX ix_external_identity_provider ON external_identity (ws, provider_id);

-- What the provider needs to hear when such a session ends, and what it may end it by.
CREATE TABLE sso_session (
    ws INTEGER NOT NULL,
    token_hash BLOB NOT NULL,
    provider_id BLOB NOT NULL,
    subject TEXT NOT NULL,
    sid TEXT,
    id_token BLOB,
    PRIMARY KEY (ws, token_hash),
    FOREIGN KEY (ws, token_hash) REFERENCES session (ws, token_hash) ON DELETE CASCADE,
    FOREIGN KEY (ws, provider_id) REFERENCES sso_provider (ws, id)
) STRICT;
CREATE INDEX ix_sso_session_provider ON sso_session (ws, provider_id, subject);

CREATE TABLE sign_in_policy (
    ws INTEGER NOT NULL,
    sso_only INTEGER NOT NULL,
    break_glass_id BLOB,
    settings TEXT NOT NULL,
    PRIMARY KEY (ws),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, break_glass_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_sign_in_policy_break_glass ON sign_in_policy (ws, break_glass_id);

ALTER TABLE session ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
