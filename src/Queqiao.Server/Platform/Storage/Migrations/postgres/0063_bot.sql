-- Bots, whose customers they receive, what they did and what became of it.
CREATE TABLE bot (
    ws integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    enabled boolean NOT NULL,
    profile text NOT NULL,
    sealed_model_key bytea,
    created_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE TABLE bot_channel (
    ws integer NOT NULL,
    channel_id uuid NOT NULL,
    bot_id uuid NOT NULL,
    enabled boolean NOT NULL,
    settings text NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, channel_id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, bot_id) REFERENCES bot (ws, id)
);
CREATE INDEX ix_bot_channel_bot ON bot_channel (ws, bot_id);

CREATE TABLE bot_turn (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    asked_seq bigint NOT NULL,
    at bigint NOT NULL,
    channel_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    kind text NOT NULL,
    brain text NOT NULL,
    entry text,
    score double precision,
    helpful integer,
    reason text,
    right_answer integer,
    PRIMARY KEY (ws, conversation_id, seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
);
CREATE INDEX ix_bot_turn_at ON bot_turn (ws, at, conversation_id, seq);
CREATE INDEX ix_bot_turn_entry ON bot_turn (ws, entry, at);

CREATE TABLE bot_case (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    from_seq bigint NOT NULL,
    channel_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    at bigint NOT NULL,
    outcome text NOT NULL,
    reason text,
    ended_at bigint,
    answers integer NOT NULL,
    helpful integer,
    again_at bigint,
    PRIMARY KEY (ws, conversation_id, from_seq),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
);
CREATE INDEX ix_bot_case_at ON bot_case (ws, at, conversation_id, from_seq);
CREATE INDEX ix_bot_case_contact ON bot_case (ws, contact_id, ended_at);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['bot', 'bot_channel', 'bot_turn', 'bot_case']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON bot, bot_channel, bot_turn, bot_case TO {app}, {writer};
