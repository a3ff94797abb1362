-- Flows, actions, what bots learn, and what a model has cost.
CREATE TABLE bot_flow (
    ws integer NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    draft text NOT NULL,
    published_version integer,
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_bot_flow_key ON bot_flow (ws, key);

CREATE TABLE bot_flow_version (
    ws integer NOT NULL,
    flow_id uuid NOT NULL,
    version integer NOT NULL,
    flow text NOT NULL,
    note text,
    at bigint NOT NULL,
    by_agent uuid,
    PRIMARY KEY (ws, flow_id, version),
    FOREIGN KEY (ws, flow_id) REFERENCES bot_flow (ws, id)
);

CREATE TABLE bot_action (
    ws integer NOT NULL,
    id uuid NOT NULL,
    key text NOT NULL,
    definition text NOT NULL,
    sealed_headers bytea,
    enabled boolean NOT NULL,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_bot_action_key ON bot_action (ws, key);

CREATE TABLE bot_suggestion (
    ws integer NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    sealed bytea NOT NULL,
    entry text,
    score double precision,
    size integer NOT NULL,
    recent integer NOT NULL,
    earlier integer NOT NULL,
    item_id uuid,
    by_itself boolean NOT NULL,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    decided_at bigint,
    decided_by uuid,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE INDEX ix_bot_suggestion_state ON bot_suggestion (ws, state, size, id);

CREATE TABLE bot_question (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    suggestion_id uuid NOT NULL,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, suggestion_id) REFERENCES bot_suggestion (ws, id)
);
CREATE INDEX ix_bot_question_suggestion ON bot_question (ws, suggestion_id, at);

CREATE TABLE bot_spend (
    ws integer NOT NULL,
    day text NOT NULL,
    calls bigint NOT NULL,
    tokens bigint NOT NULL,
    failures bigint NOT NULL,
    PRIMARY KEY (ws, day),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['bot_flow', 'bot_flow_version', 'bot_action', 'bot_suggestion', 'bot_question', 'bot_spend']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON bot_flow, bot_flow_version, bot_action, bot_suggestion, bot_question, bot_spend TO {app}, {writer};
