-- Rows as version 95 stored them. Never change this file: it stands for databases that exist out there.

INSERT INTO bot_experiment (ws, id, name, item_id, variants, started_at, started_by, ended_at, ended_by, winner)
VALUES (1, {id:951}, '退款的说法', {id:592}, '[{"key":"A","share":50},{"key":"B","share":50,"zh":"三天内到账"}]', 9900, {id:02}, NULL, NULL, NULL);
