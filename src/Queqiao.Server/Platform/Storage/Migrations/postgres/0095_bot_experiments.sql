-- Two or more answers of one FAQ, each for a share of the customers, and what was made of it.
CREATE TABLE bot_experiment (
    ws integer NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    item_id uuid NOT NULL,
    variants text NOT NULL,
    started_at bigint NOT NULL,
    started_by uuid NOT NULL,
    ended_at bigint,
    ended_by uuid,
    winner text,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_bot_experiment_running ON bot_experiment (ws, item_id) WHERE ended_at IS NULL;

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['bot_experiment']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON bot_experiment TO {app}, {writer};
