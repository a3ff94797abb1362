-- What a state of the knowledge has taught the bot: a few dozen numbers, so that a restart need not learn them again.
CREATE TABLE bot_learnt (
    ws integer NOT NULL,
    digest text NOT NULL,
    learnt text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (ws, digest),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['bot_learnt']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON bot_learnt TO {app}, {writer};
