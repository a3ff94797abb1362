-- How the last look at what must hold at every moment ended.
CREATE TABLE invariant_check (
    ws integer NOT NULL,
    no integer NOT NULL,
    checked_at bigint NOT NULL,
    looked bigint NOT NULL,
    broken bigint NOT NULL,
    sample text,
    took_ms bigint NOT NULL,
    PRIMARY KEY (ws, no)
);

DO $$
DECLARE
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    EXECUTE format('CREATE POLICY app ON invariant_check TO {app} USING %s WITH CHECK %s', here, here);
    EXECUTE 'CREATE POLICY writer ON invariant_check TO {writer} USING (true) WITH CHECK (true)';
    EXECUTE 'CREATE POLICY owner ON invariant_check TO CURRENT_USER USING (true) WITH CHECK (true)';
    EXECUTE 'ALTER TABLE invariant_check ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE invariant_check FORCE ROW LEVEL SECURITY';
END $$;

GRANT SELECT, INSERT, UPDATE ON invariant_check TO {app}, {writer};
