-- What the provider calls the parts of a message, sealed under the person's key: by it a message is changed or taken back there.
ALTER TABLE delivery ADD COLUMN external bytea;
-- The newest change of the message that the provider knows of.
ALTER TABLE delivery ADD COLUMN revised_seq bigint;
