-- Rows as version 5 stored them. Never change this file once that version is released.

INSERT INTO job (ws, id, kind, state, lane, lane_seq, run_at, tries, lease, leased_until, payload, resume, progress_done, progress_total, progress_code,
    reason, reason_arg, by_agent, created_at, started_at, finished_at, cancel_asked_at, delete_at)
VALUES (1, {id:51}, 'a kind', 'waiting', 'a lane', 1, 5000, 1, NULL, NULL, {bytes:{"id":"7"}}, NULL, NULL, NULL, NULL, 'job_failed', 'TimeoutException', {id:02}, 4000, 4500, NULL, NULL, NULL);
INSERT INTO job_lane (ws, lane, last_seq) VALUES (1, 'a lane', 1);
INSERT INTO job_schedule (ws, name, kind, payload, rule, time_zone, next_at, last_at) VALUES (1, 'a schedule', 'a kind', {bytes:{}}, 'every 1h', 'Asia/Shanghai', 9000, NULL);
