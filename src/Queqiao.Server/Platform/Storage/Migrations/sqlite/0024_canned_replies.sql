-- Texts that agents send again and again. A shortcut is unique among what everybody sees, and among one agent's own.
CREATE TABLE canned_reply (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    shortcut TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    owner_id BLOB,
    team_id BLOB,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws),
    FOREIGN KEY (ws, owner_id) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, team_id) REFERENCES team (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_canned_reply_shared ON canned_reply (ws, shortcut) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX ux_canned_reply_own ON canned_reply (ws, owner_id, shortcut) WHERE owner_id IS NOT NULL;
CREATE INDEX ix_canned_reply_team ON canned_reply (ws, team_id);
