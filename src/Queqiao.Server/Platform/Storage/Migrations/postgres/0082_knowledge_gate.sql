-- What the regression set held back, and what somebody accepted when they scheduled it.
ALTER TABLE knowledge_item ADD COLUMN held_run uuid;
ALTER TABLE knowledge_item ADD COLUMN accepted_run uuid;
ALTER TABLE knowledge_import ADD COLUMN run_id uuid;
-- The version that came of the row.
ALTER TABLE knowledge_import_row ADD COLUMN version integer;
