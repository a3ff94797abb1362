-- Browsers that an agent signed in with. What they are known by is a cookie; here is its SHA-256.
CREATE TABLE known_device (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    user_agent TEXT,
    address TEXT,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    trusted_until INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_known_device_token ON known_device (ws, agent_id, token_hash);
ALTER TABLE session ADD COLUMN device_id BLOB;

-- Wrong passwords for an account from an address, as a keyed hash: they count on every node.
CREATE TABLE sign_in_lock (
    ws INTEGER NOT NULL,
    key BLOB NOT NULL,
    tries INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (ws, key)
) STRICT;
CREATE INDEX ix_sign_in_lock_last ON sign_in_lock (last_at);

ALTER TABLE sign_in_policy ADD COLUMN most_sessions INTEGER;
ALTER TABLE sign_in_policy ADD COLUMN idle_minutes INTEGER;
ALTER TABLE sign_in_policy ADD COLUMN trust_days INTEGER;

-- What an agent should hear although they did not ask.
CREATE TABLE notice (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    about TEXT,
    detail TEXT,
    at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (ws, agent_id, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_notice_unread ON notice (ws, agent_id) WHERE read_at IS NULL;
