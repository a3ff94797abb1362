-- What colleagues make of a conversation: status with a time, team, tags, fields, mentions; and how customers found it. All of it follows
-- from the log. tags, mentioned: ids between commas; facets: lines key=value of the fields that lists are filtered by.
ALTER TABLE conversation ADD COLUMN team_id uuid;
ALTER TABLE conversation ADD COLUMN subject text;
ALTER TABLE conversation ADD COLUMN snoozed_until bigint;
ALTER TABLE conversation ADD COLUMN tags text;
ALTER TABLE conversation ADD COLUMN fields text;
ALTER TABLE conversation ADD COLUMN personal_fields text;
ALTER TABLE conversation ADD COLUMN facets text;
ALTER TABLE conversation ADD COLUMN mentioned text;
ALTER TABLE conversation ADD COLUMN unseen_mentions text;
ALTER TABLE conversation ADD COLUMN rating_asked_seq bigint NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN rating integer;
ALTER TABLE conversation ADD COLUMN rated_at bigint;
ALTER TABLE conversation ADD COLUMN merged_into uuid;
ALTER TABLE conversation ADD COLUMN revised_seq bigint NOT NULL DEFAULT 0;
CREATE INDEX ix_conversation_snoozed ON conversation (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX ix_conversation_merged ON conversation (ws, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_conversation_team ON conversation (ws, team_id, status, last_activity_at, id) WHERE team_id IS NOT NULL;

ALTER TABLE contact ADD COLUMN blocked_at bigint;

CREATE TABLE tag (
    ws integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    color text NOT NULL,
    archived_at bigint,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_tag_name ON tag (ws, name_key);

-- How a workspace runs its conversations, as JSON. No row: the defaults.
CREATE TABLE conversation_setting (
    ws integer NOT NULL PRIMARY KEY,
    settings text NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['tag', 'conversation_setting']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON tag, conversation_setting TO {app}, {writer};
