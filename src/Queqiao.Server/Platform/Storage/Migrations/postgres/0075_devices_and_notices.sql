-- Browsers that an agent signed in with. What they are known by is a cookie; here is its SHA-256.
CREATE TABLE known_device (
    ws integer NOT NULL,
    id uuid NOT NULL,
    agent_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    user_agent text,
    address text,
    first_seen_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    trusted_until bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE UNIQUE INDEX ux_known_device_token ON known_device (ws, agent_id, token_hash);
ALTER TABLE session ADD COLUMN device_id uuid;

-- Wrong passwords for an account from an address, as a keyed hash: they count on every node.
CREATE TABLE sign_in_lock (
    ws integer NOT NULL,
    key uuid NOT NULL,
    tries integer NOT NULL,
    locked_until bigint NOT NULL,
    last_at bigint NOT NULL,
    PRIMARY KEY (ws, key)
);
CREATE INDEX ix_sign_in_lock_last ON sign_in_lock (last_at);

ALTER TABLE sign_in_policy ADD COLUMN most_sessions integer;
ALTER TABLE sign_in_policy ADD COLUMN idle_minutes integer;
ALTER TABLE sign_in_policy ADD COLUMN trust_days integer;

-- What an agent should hear although they did not ask.
CREATE TABLE notice (
    ws integer NOT NULL,
    agent_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    about text,
    detail text,
    at bigint NOT NULL,
    read_at bigint,
    PRIMARY KEY (ws, agent_id, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_notice_unread ON notice (ws, agent_id) WHERE read_at IS NULL;

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['known_device', 'sign_in_lock', 'notice']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON known_device, sign_in_lock, notice TO {app}, {writer};
