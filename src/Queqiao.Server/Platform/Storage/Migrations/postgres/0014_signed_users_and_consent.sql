-- What sites sign their users with.
CREATE TABLE user_key (
    ws integer NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    algorithm text NOT NULL,
    sealed bytea,
    public_key text,
    created_at bigint NOT NULL,
    ends_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);
CREATE INDEX ix_user_key_channel ON user_key (ws, channel_id);

CREATE TABLE consent_notice (
    ws integer NOT NULL,
    channel_id uuid NOT NULL,
    locale text NOT NULL,
    version integer NOT NULL,
    text text NOT NULL,
    purposes text NOT NULL,
    hash bytea NOT NULL,
    created_at bigint NOT NULL,
    created_by uuid NOT NULL,
    PRIMARY KEY (ws, channel_id, locale, version),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);

-- The ledger: what holds follows from the newest line of each purpose.
CREATE TABLE consent (
    ws integer NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    purpose text NOT NULL,
    act text NOT NULL,
    notice_hash bytea,
    notice_locale text,
    notice_version integer,
    channel_id uuid,
    at bigint NOT NULL,
    how text NOT NULL,
    actor_id uuid,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_consent_contact ON consent (ws, contact_id, at);

CREATE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the consent ledger cannot be changed'; END $$;
CREATE TRIGGER consent_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent EXECUTE FUNCTION consent_is_append_only();
CREATE TRIGGER consent_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_notice EXECUTE FUNCTION consent_is_append_only();

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['user_key', 'consent_notice', 'consent']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON consent_notice, consent TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE ON user_key TO {app}, {writer};
