-- Two or more answers of one FAQ, each for a share of the customers, and what was made of it.
CREATE TABLE bot_experiment (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    item_id BLOB NOT NULL,
    variants TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    started_by BLOB NOT NULL,
    ended_at INTEGER,
    ended_by BLOB,
    winner TEXT,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
CREATE UNIQUE INDEX ux_bot_experiment_running ON bot_experiment (ws, item_id) WHERE ended_at IS NULL;
