-- Keys of people's devices (WebAuthn). Only the public half is here.
CREATE TABLE passkey (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    agent_id BLOB NOT NULL,
    credential_id BLOB NOT NULL,
    public_key BLOB NOT NULL,
    name TEXT NOT NULL,
    sign_count INTEGER NOT NULL,
    transports TEXT,
    backup_eligible INTEGER NOT NULL,
    backed_up INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_passkey_credential ON passkey (credential_id);
CREATE INDEX ix_passkey_agent ON passkey (ws, agent_id);

-- Challenges that were answered: none is taken twice. Kept until they would be too old anyway.
CREATE TABLE used_challenge (
    ws INTEGER NOT NULL,
    challenge_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (ws, challenge_hash)
) STRICT;
CREATE INDEX ix_used_challenge_expires ON used_challenge (expires_at);
