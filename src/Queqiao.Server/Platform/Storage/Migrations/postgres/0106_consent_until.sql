-- When the consent of the account at its platform ends; null: never, or nobody says.
ALTER TABLE channel_state ADD COLUMN consent_until bigint;
