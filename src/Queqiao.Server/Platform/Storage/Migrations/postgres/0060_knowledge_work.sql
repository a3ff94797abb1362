-- Work on knowledge: imports, the regression set and its runs, what was asked in vain, what was used, what readers said, files.
CREATE TABLE knowledge_import (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    by_agent uuid NOT NULL,
    source text NOT NULL,
    name text NOT NULL,
    plan text NOT NULL,
    phase text NOT NULL,
    job_id uuid,
    total integer NOT NULL,
    counts text NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
);
CREATE INDEX ix_knowledge_import_base ON knowledge_import (ws, base_id);
CREATE TABLE knowledge_import_row (
    ws integer NOT NULL,
    import_id uuid NOT NULL,
    no integer NOT NULL,
    title text NOT NULL,
    place text NOT NULL,
    content text,
    outcome text NOT NULL,
    code text,
    arg text,
    item_id uuid,
    PRIMARY KEY (ws, import_id, no),
    FOREIGN KEY (ws, import_id) REFERENCES knowledge_import (ws, id)
);
CREATE TABLE knowledge_check (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    tag uuid NOT NULL,
    sealed bytea NOT NULL,
    language text NOT NULL,
    expects text NOT NULL,
    item_id uuid,
    source text NOT NULL,
    created_by uuid,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
);
CREATE UNIQUE INDEX ux_knowledge_check_tag ON knowledge_check (ws, base_id, tag);
CREATE INDEX ix_knowledge_check_item ON knowledge_check (ws, item_id);
CREATE TABLE knowledge_run (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    item_id uuid,
    by_agent uuid,
    at bigint NOT NULL,
    total integer NOT NULL,
    right_before integer NOT NULL,
    right_after integer NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
);
CREATE INDEX ix_knowledge_run_base ON knowledge_run (ws, base_id, at);
CREATE TABLE knowledge_miss (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid,
    tag uuid NOT NULL,
    sealed bytea NOT NULL,
    source text NOT NULL,
    times integer NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_knowledge_miss_tag ON knowledge_miss (ws, tag);
CREATE INDEX ix_knowledge_miss_last ON knowledge_miss (ws, last_at, id);
CREATE TABLE knowledge_use (
    ws integer NOT NULL,
    item_id uuid NOT NULL,
    day integer NOT NULL,
    viewed integer NOT NULL,
    cited integer NOT NULL,
    solved integer NOT NULL,
    liked integer NOT NULL,
    disliked integer NOT NULL,
    PRIMARY KEY (ws, item_id, day),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
);
CREATE TABLE knowledge_feedback (
    ws integer NOT NULL,
    id uuid NOT NULL,
    item_id uuid NOT NULL,
    version integer NOT NULL,
    liked integer NOT NULL,
    sealed bytea,
    source text NOT NULL,
    at bigint NOT NULL,
    done_at bigint,
    done_by uuid,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, item_id) REFERENCES knowledge_item (ws, id)
);
CREATE INDEX ix_knowledge_feedback_item ON knowledge_feedback (ws, item_id, at);
CREATE INDEX ix_knowledge_feedback_at ON knowledge_feedback (ws, at, id);
CREATE TABLE knowledge_file (
    ws integer NOT NULL,
    id uuid NOT NULL,
    base_id uuid NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    size integer NOT NULL,
    sealed bytea NOT NULL,
    by_agent uuid,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, base_id) REFERENCES knowledge_base (ws, id)
);
CREATE INDEX ix_knowledge_file_base ON knowledge_file (ws, base_id);

DO $$
DECLARE
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['knowledge_import', 'knowledge_import_row', 'knowledge_check', 'knowledge_run', 'knowledge_miss', 'knowledge_use', 'knowledge_feedback', 'knowledge_file'] LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON knowledge_import, knowledge_import_row, knowledge_check, knowledge_run, knowledge_miss, knowledge_use, knowledge_feedback, knowledge_file TO {app}, {writer};
