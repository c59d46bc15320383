SELECT run_id, flow, slot, state, started_at, ended_at, pages_read, unchanged, changed, not_due, failed, notes
FROM raw.run
QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY ended_at DESC) = 1
