-- Rows as version 2 stored them: the keys of workspace 1, wrapped by the root key 00 01 02 … 1f (made with another program than ours).
INSERT INTO workspace_key (ws, id, kind, state, root_id, wrapped, created_at) VALUES
    (1, 1, 'data', 'current', '1b911fac9856045b', {hex:10010101010101010101010101b733f88b44be59427e2e3d6751c29e7a4e9012005d83080ce7a89fa9eca72d3303e4ed3681153f8e1fb46ce2aeb97267}, 1000),
    (1, 2, 'index', 'current', '1b911fac9856045b', {hex:100202020202020202020202027eb7c6d75cf1b1a3c193bd6cf07be46aa449742515eabd6481ffbe124e11feb2d2327a6ae11e149e2cf31ada74a5314a}, 1000);
