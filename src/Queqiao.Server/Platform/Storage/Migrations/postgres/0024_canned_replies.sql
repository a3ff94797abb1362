-- Texts that agents send again and again. A shortcut is unique among what everybody sees, and among one agent's own.
CREATE TABLE canned_reply (
    ws integer NOT NULL,
    id uuid NOT NULL,
    shortcut text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    owner_id uuid,
    team_id uuid,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, owner_id) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, team_id) REFERENCES team (ws, id)
);
CREATE UNIQUE INDEX ux_canned_reply_shared ON canned_reply (ws, shortcut) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX ux_canned_reply_own ON canned_reply (ws, owner_id, shortcut) WHERE owner_id IS NOT NULL;
CREATE INDEX ix_canned_reply_team ON canned_reply (ws, team_id);

DO $$
DECLARE
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    EXECUTE format('CREATE POLICY app ON canned_reply TO {app} USING %s WITH CHECK %s', here, here);
    CREATE POLICY writer ON canned_reply TO {writer} USING (true) WITH CHECK (true);
    CREATE POLICY owner ON canned_reply TO CURRENT_USER USING (true) WITH CHECK (true);
    ALTER TABLE canned_reply ENABLE ROW LEVEL SECURITY;
    ALTER TABLE canned_reply FORCE ROW LEVEL SECURITY;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON canned_reply TO {app}, {writer};
