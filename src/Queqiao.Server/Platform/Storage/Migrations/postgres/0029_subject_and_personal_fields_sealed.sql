-- A conversation's subject and what its fields say about a person are sealed with the rest of the head.
ALTER TABLE conversation DROP COLUMN subject;
ALTER TABLE conversation DROP COLUMN personal_fields;
