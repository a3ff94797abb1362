-- How waiting conversations find somebody, and who is there to take them.
CREATE TABLE routing_setting (
    ws INTEGER NOT NULL PRIMARY KEY,
    mode TEXT NOT NULL,
    requeue_after INTEGER,
    changed_at INTEGER NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

-- What agents say of themselves. given_at: when work was last given to them; the row is the lock of giving.
CREATE TABLE agent_presence (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    since INTEGER NOT NULL,
    given_at INTEGER NOT NULL,
    PRIMARY KEY (ws, agent_id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT, WITHOUT ROWID;

-- Every change of what colleagues saw: online, away, offline.
CREATE TABLE presence_change (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (ws, agent_id, at),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT, WITHOUT ROWID;

-- Who has a console open on which node, until when (several nodes only).
CREATE TABLE agent_lease (
    ws INTEGER NOT NULL,
    agent_id BLOB NOT NULL,
    node TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (ws, agent_id, node),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
) STRICT, WITHOUT ROWID;
