-- A fact as somebody wants it in a base that asks for a second person. Without words: the fact goes away.
CREATE TABLE knowledge_edge_proposal (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    edge_id uuid,
    subject text,
    relation text,
    target text,
    audience text,
    by_agent uuid NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, edge_id) REFERENCES knowledge_edge (ws, id)
);
CREATE INDEX ix_knowledge_edge_proposal_base ON knowledge_edge_proposal (ws, base_id);
CREATE INDEX ix_knowledge_edge_proposal_edge ON knowledge_edge_proposal (ws, edge_id);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['knowledge_edge_proposal']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_edge_proposal TO {app}, {writer};
