-- Keys of people's devices (WebAuthn). Only the public half is here.
CREATE TABLE passkey (
    ws integer NOT NULL,
    id uuid NOT NULL,
    agent_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    name text NOT NULL,
    sign_count bigint NOT NULL,
    transports text,
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_passkey_credential ON passkey (credential_id);
CREATE INDEX ix_passkey_agent ON passkey (ws, agent_id);

-- Challenges that were answered: none is taken twice. Kept until they would be too old anyway.
CREATE TABLE used_challenge (
    ws integer NOT NULL,
    challenge_hash bytea NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (ws, challenge_hash)
);
CREATE INDEX ix_used_challenge_expires ON used_challenge (expires_at);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['passkey', 'used_challenge']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON passkey, used_challenge TO {app}, {writer};
