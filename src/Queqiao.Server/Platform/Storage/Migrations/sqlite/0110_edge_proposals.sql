-- A fact as somebody wants it in a base that asks for a second person. Without words: the fact goes away.
CREATE TABLE knowledge_edge_proposal (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    base_id BLOB NOT NULL,
    edge_id BLOB,
    subject TEXT,
    relation TEXT,
    target TEXT,
    audience TEXT,
    by_agent BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, edge_id) REFERENCES knowledge_edge (ws, id)
) STRICT;
CREATE INDEX ix_knowledge_edge_proposal_base ON knowledge_edge_proposal (ws, base_id);
CREATE INDEX ix_knowledge_edge_proposal_edge ON knowledge_edge_proposal (ws, edge_id);
