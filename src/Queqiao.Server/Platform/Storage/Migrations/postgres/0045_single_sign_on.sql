-- Sign-in by other providers (OpenID Connect), and how people of a workspace may sign in.
CREATE TABLE sso_provider (
    ws integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    preset text NOT NULL,
    issuer text NOT NULL,
    client_id text NOT NULL,
    client_secret bytea,
    settings text NOT NULL,
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    deleted_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE TABLE external_identity (
    ws integer NOT NULL,
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    agent_id uuid NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, provider_id) REFERENCES sso_provider (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_external_identity_subject ON external_identity (ws, issuer, subject);
CREATE INDEX ix_external_identity_agent ON external_identity (ws, agent_id);
CREATE INDEX ix_external_identity_provider ON external_identity (ws, provider_id);

-- What the provider needs to hear when such a session ends, and what it may end it by.
CREATE TABLE sso_session (
    ws integer NOT NULL,
    token_hash bytea NOT NULL,
    provider_id uuid NOT NULL,
    subject text NOT NULL,
    sid text,
    id_token bytea,
    PRIMARY KEY (ws, token_hash),
    FOREIGN KEY (ws, token_hash) REFERENCES session (ws, token_hash) ON DELETE CASCADE,
    FOREIGN KEY (ws, provider_id) REFERENCES sso_provider (ws, id)
);
CREATE INDEX ix_sso_session_provider ON sso_session (ws, provider_id, subject);

CREATE TABLE sign_in_policy (
    ws integer NOT NULL,
    sso_only boolean NOT NULL,
    break_glass_id uuid,
    settings text NOT NULL,
    PRIMARY KEY (ws),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, break_glass_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_sign_in_policy_break_glass ON sign_in_policy (ws, break_glass_id);

ALTER TABLE session ADD COLUMN method text NOT NULL DEFAULT 'password';

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['sso_provider', 'external_identity', 'sso_session', 'sign_in_policy']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON sso_provider, external_identity, sso_session, sign_in_policy TO {app}, {writer};
