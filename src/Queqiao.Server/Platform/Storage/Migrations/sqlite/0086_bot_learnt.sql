-- What a state of the knowledge has taught the bot: a few dozen numbers, so that a restart need not learn them again.
CREATE TABLE bot_learnt (
    ws INTEGER NOT NULL,
    digest TEXT NOT NULL,
    learnt TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (ws, digest),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
