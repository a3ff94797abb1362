-- What colleagues make of a conversation: status with a time, team, tags, fields, mentions; and how customers found it. All of it follows
-- from the log. tags, mentioned: ids between commas; facets: lines key=value of the fields that lists are filtered by.
ALTER TABLE conversation ADD COLUMN team_id BLOB;
ALTER TABLE conversation ADD COLUMN subject TEXT;
ALTER TABLE conversation ADD COLUMN snoozed_until INTEGER;
ALTER TABLE conversation ADD COLUMN tags TEXT;
ALTER TABLE conversation ADD COLUMN fields TEXT;
ALTER TABLE conversation ADD COLUMN personal_fields TEXT;
ALTER TABLE conversation ADD COLUMN facets TEXT;
ALTER TABLE conversation ADD COLUMN mentioned TEXT;
ALTER TABLE conversation ADD COLUMN unseen_mentions TEXT;
ALTER TABLE conversation ADD COLUMN rating_asked_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN rating INTEGER;
ALTER TABLE conversation ADD COLUMN rated_at INTEGER;
ALTER TABLE conversation ADD COLUMN merged_into BLOB;
ALTER TABLE conversation ADD COLUMN revised_seq INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ix_conversation_snoozed ON conversation (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX ix_conversation_merged ON conversation (ws, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_conversation_team ON conversation (ws, team_id, status, last_activity_at, id) WHERE team_id IS NOT NULL;

ALTER TABLE contact ADD COLUMN blocked_at INTEGER;

CREATE TABLE tag (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    color TEXT NOT NULL,
    archived_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_tag_name ON tag (ws, name_key);

-- How a workspace runs its conversations, as JSON. No row: the defaults.
CREATE TABLE conversation_setting (
    ws INTEGER NOT NULL PRIMARY KEY,
    settings TEXT NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
