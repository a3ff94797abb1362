-- What the firm knows: bases, categories, articles and FAQs with their versions, words, facts. Texts of the firm, not of people.
CREATE TABLE knowledge_base (
    ws integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    help text NOT NULL,
    host text,
    revision bigint NOT NULL,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_knowledge_base_host ON knowledge_base (host) WHERE host IS NOT NULL;
CREATE TABLE knowledge_category (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    parent_id uuid,
    name text NOT NULL,
    names text NOT NULL,
    slug text NOT NULL,
    position integer NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, parent_id) REFERENCES knowledge_category (ws, id)
);
CREATE UNIQUE INDEX ux_knowledge_category_slug ON knowledge_category (ws, base_id, slug);
CREATE INDEX ix_knowledge_category_parent ON knowledge_category (ws, parent_id);
CREATE TABLE knowledge_item (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    kind text NOT NULL,
    category_id uuid,
    title text NOT NULL,
    lookup text NOT NULL,
    external_key text,
    audience text NOT NULL,
    owner_id uuid,
    version integer NOT NULL,
    published_version integer,
    published_at bigint,
    review text,
    review_note text,
    reviewer_id uuid,
    publish_at bigint,
    valid_from bigint,
    valid_to bigint,
    check_at bigint,
    archived_at bigint,
    position integer NOT NULL,
    revision bigint NOT NULL,
    created_at bigint NOT NULL,
    created_by uuid,
    changed_at bigint NOT NULL,
    changed_by uuid,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, category_id) REFERENCES knowledge_category (ws, id),
    FOREIGN KEY (ws, owner_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_knowledge_item_changed ON knowledge_item (ws, base_id, kind, changed_at, id);
CREATE INDEX ix_knowledge_item_revision ON knowledge_item (ws, base_id, revision);
CREATE INDEX ix_knowledge_item_lookup ON knowledge_item (ws, base_id, lookup);
CREATE UNIQUE INDEX ux_knowledge_item_external ON knowledge_item (ws, base_id, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX ix_knowledge_item_category ON knowledge_item (ws, category_id);
CREATE INDEX ix_knowledge_item_owner ON knowledge_item (ws, owner_id);
CREATE INDEX ix_knowledge_item_publish ON knowledge_item (publish_at) WHERE publish_at IS NOT NULL;
CREATE TABLE knowledge_version (
    ws integer NOT NULL,
    item_id uuid NOT NULL,
    version integer NOT NULL,
    content text NOT NULL,
    note text,
    by_agent uuid,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, item_id, version),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
);
CREATE TABLE knowledge_term (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    meaning text,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
);
CREATE INDEX ix_knowledge_term_base ON knowledge_term (ws, base_id);
CREATE TABLE knowledge_edge (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    subject text NOT NULL,
    relation text NOT NULL,
    target text NOT NULL,
    audience text NOT NULL,
    position integer NOT NULL,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
);
CREATE INDEX ix_knowledge_edge_subject ON knowledge_edge (ws, base_id, subject);

DO $$
DECLARE
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['knowledge_base', 'knowledge_category', 'knowledge_item', 'knowledge_version', 'knowledge_term', 'knowledge_edge'] LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_base, knowledge_category, knowledge_item, knowledge_version, knowledge_term, knowledge_edge TO {app}, {writer};
