-- Storage of the snapshots. Rows are written once by a load and never updated; people read the views.
CREATE SEQUENCE snapshot_ids;

CREATE TABLE schema_version (version INTEGER NOT NULL, tool_version VARCHAR NOT NULL);

CREATE TABLE snapshots (
    snapshot_id BIGINT PRIMARY KEY,
    name VARCHAR NOT NULL,
    node VARCHAR,
    cluster VARCHAR,
    shard VARCHAR,
    taken_at_ms BIGINT,
    loaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    source VARCHAR NOT NULL,
    source_kind VARCHAR NOT NULL,
    source_bytes BIGINT NOT NULL,
    source_fingerprint VARCHAR NOT NULL,
    server VARCHAR NOT NULL,
    server_version VARCHAR,
    rdb_version INTEGER,
    used_memory_bytes BIGINT,
    eviction_hint VARCHAR NOT NULL,
    keys BIGINT NOT NULL,
    expiring_keys BIGINT NOT NULL,
    memory_bytes BIGINT,
    overhead_bytes BIGINT,
    checksum VARCHAR NOT NULL,
    damage VARCHAR,
    model VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    scope VARCHAR,
    config JSON NOT NULL,
    tool_version VARCHAR NOT NULL
);

-- What DuckDB would choose for each column and row group is known beforehand: naming it spares the trials. Slots are too scattered to be worth packing.
CREATE TABLE key_rows (
    snapshot_id BIGINT NOT NULL USING COMPRESSION bitpacking,
    db BIGINT NOT NULL USING COMPRESSION bitpacking,
    name VARCHAR NOT NULL,
    raw BLOB,
    form_id INTEGER NOT NULL USING COMPRESSION bitpacking,
    pattern_id INTEGER NOT NULL USING COMPRESSION bitpacking,
    elements BIGINT USING COMPRESSION bitpacking,
    memory_bytes BIGINT USING COMPRESSION bitpacking,
    allocated_bytes BIGINT USING COMPRESSION bitpacking,
    value_bytes BIGINT USING COMPRESSION bitpacking,
    dump_bytes BIGINT NOT NULL USING COMPRESSION bitpacking,
    record_offset BIGINT NOT NULL USING COMPRESSION bitpacking,
    largest_element_bytes BIGINT USING COMPRESSION bitpacking,
    expires_at_ms BIGINT USING COMPRESSION bitpacking,
    idle_seconds BIGINT USING COMPRESSION bitpacking,
    lfu_frequency SMALLINT USING COMPRESSION bitpacking,
    slot SMALLINT NOT NULL USING COMPRESSION uncompressed
);

CREATE TABLE forms (
    snapshot_id BIGINT NOT NULL,
    form_id INTEGER NOT NULL,
    type VARCHAR NOT NULL,
    encoding VARCHAR,
    kind VARCHAR,
    memory_exact BOOLEAN
);

CREATE TABLE pattern_merges (
    snapshot_id BIGINT NOT NULL,
    pattern_id INTEGER NOT NULL,
    final_id INTEGER NOT NULL,
    shortest_name_bytes BIGINT NOT NULL,
    longest_name_bytes BIGINT NOT NULL,
    unsafe_names BOOLEAN NOT NULL,
    braced_names BOOLEAN NOT NULL
);

CREATE TABLE patterns (
    snapshot_id BIGINT NOT NULL,
    pattern_id INTEGER NOT NULL,
    pattern VARCHAR NOT NULL,
    namespace VARCHAR,
    prefix VARCHAR NOT NULL,
    depth INTEGER NOT NULL,
    node_id INTEGER NOT NULL,
    keys BIGINT NOT NULL,
    expiring_keys BIGINT NOT NULL,
    ttl_share DOUBLE,
    types VARCHAR,
    memory_bytes BIGINT,
    value_bytes BIGINT,
    key_bytes BIGINT NOT NULL,
    dump_bytes BIGINT NOT NULL,
    p50_bytes BIGINT,
    p95_bytes BIGINT,
    p99_bytes BIGINT,
    max_bytes BIGINT,
    shortest_name_bytes BIGINT,
    longest_name_bytes BIGINT,
    unsafe_names BOOLEAN,
    braced_names BOOLEAN
);

CREATE TABLE pattern_forms (
    snapshot_id BIGINT NOT NULL,
    pattern_id INTEGER NOT NULL,
    db BIGINT NOT NULL,
    form_id INTEGER NOT NULL,
    keys BIGINT NOT NULL,
    expiring_keys BIGINT NOT NULL,
    memory_bytes BIGINT,
    value_bytes BIGINT,
    key_bytes BIGINT NOT NULL,
    dump_bytes BIGINT NOT NULL
);

CREATE TABLE prefix_nodes (
    snapshot_id BIGINT NOT NULL,
    node_id INTEGER NOT NULL,
    parent_id INTEGER,
    depth INTEGER NOT NULL,
    segment VARCHAR NOT NULL,
    prefix VARCHAR NOT NULL,
    keys BIGINT NOT NULL,
    expiring_keys BIGINT NOT NULL,
    memory_bytes BIGINT,
    value_bytes BIGINT,
    dump_bytes BIGINT NOT NULL
);

CREATE TABLE key_facts (
    snapshot_id BIGINT NOT NULL,
    record_offset BIGINT NOT NULL,
    nonzero_bytes BIGINT,
    fields_with_ttl BIGINT,
    min_field_expires_at_ms BIGINT,
    equal_score DOUBLE,
    first_id VARCHAR,
    last_id VARCHAR,
    max_deleted_id VARCHAR,
    entries_added BIGINT,
    deleted_entries BIGINT,
    stream_nodes BIGINT,
    groups BIGINT,
    pending BIGINT,
    released BIGINT,
    idmp_producers BIGINT,
    array_length VARCHAR,
    array_next VARCHAR,
    template_id BIGINT,
    module_version INTEGER,
    fields BIGINT,
    scored_members BIGINT
);

CREATE TABLE stream_group_rows (
    snapshot_id BIGINT NOT NULL,
    record_offset BIGINT NOT NULL,
    group_no INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    raw BLOB,
    last_id VARCHAR NOT NULL,
    entries_read BIGINT,
    pending BIGINT NOT NULL,
    consumers BIGINT NOT NULL,
    released BIGINT NOT NULL,
    oldest_pending_at_ms BIGINT,
    max_deliveries BIGINT
);

CREATE TABLE stream_consumer_rows (
    snapshot_id BIGINT NOT NULL,
    record_offset BIGINT NOT NULL,
    group_no INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    raw BLOB,
    seen_at_ms BIGINT NOT NULL,
    active_at_ms BIGINT,
    pending BIGINT NOT NULL
);

CREATE TABLE functions (
    snapshot_id BIGINT NOT NULL,
    library VARCHAR NOT NULL,
    engine VARCHAR NOT NULL,
    functions VARCHAR NOT NULL,
    literal_keys VARCHAR NOT NULL,
    calls_keys BOOLEAN NOT NULL,
    code_bytes BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    record_offset BIGINT NOT NULL
);

CREATE TABLE scripts (
    snapshot_id BIGINT NOT NULL,
    code_bytes BIGINT NOT NULL,
    sha1 VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    literal_keys VARCHAR NOT NULL,
    calls_keys BOOLEAN NOT NULL,
    code BLOB NOT NULL
);

CREATE TABLE aux (
    snapshot_id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    record_offset BIGINT NOT NULL
);

CREATE TABLE module_aux (
    snapshot_id BIGINT NOT NULL,
    module VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    written VARCHAR NOT NULL,
    dump_bytes BIGINT NOT NULL,
    record_offset BIGINT NOT NULL
);

CREATE TABLE declared_counts (
    snapshot_id BIGINT NOT NULL,
    db BIGINT NOT NULL,
    slot INTEGER,
    keys BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE templates (
    snapshot_id BIGINT NOT NULL,
    template_id BIGINT NOT NULL,
    template_bytes BIGINT NOT NULL,
    keys BIGINT NOT NULL,
    share_bytes BIGINT NOT NULL
);

CREATE TABLE anomalies (
    snapshot_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    record_offset BIGINT,
    db BIGINT,
    name VARCHAR,
    raw BLOB,
    message VARCHAR NOT NULL,
    severity VARCHAR NOT NULL
);

CREATE TABLE kept_largest_keys (
    snapshot_id BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    db BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    encoding VARCHAR,
    elements BIGINT,
    memory_bytes BIGINT,
    value_bytes BIGINT,
    dump_bytes BIGINT NOT NULL,
    expires_at_ms BIGINT,
    pattern VARCHAR NOT NULL
);

CREATE TABLE slot_rows (
    snapshot_id BIGINT NOT NULL,
    slot SMALLINT NOT NULL,
    keys BIGINT NOT NULL,
    expiring_keys BIGINT NOT NULL,
    memory_bytes BIGINT,
    value_bytes BIGINT,
    dump_bytes BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL
);

CREATE TABLE findings (
    snapshot_id BIGINT NOT NULL,
    check_id VARCHAR NOT NULL,
    db BIGINT,
    pattern VARCHAR,
    severity VARCHAR NOT NULL,
    keys BIGINT NOT NULL,
    memory_bytes BIGINT,
    saving_bytes BIGINT,
    worst_measured DOUBLE,
    threshold DOUBLE,
    unit VARCHAR,
    message VARCHAR NOT NULL,
    examples VARCHAR[]
);

CREATE TABLE aof_parts (
    snapshot_id BIGINT NOT NULL,
    part_no INTEGER NOT NULL,
    name VARCHAR,
    dump_bytes BIGINT NOT NULL,
    log_bytes BIGINT NOT NULL,
    commands BIGINT NOT NULL,
    good_offset BIGINT NOT NULL,
    dropped_bytes BIGINT NOT NULL
);

CREATE TABLE aof_commands (
    snapshot_id BIGINT NOT NULL,
    command VARCHAR NOT NULL,
    hour_at_ms BIGINT,
    commands BIGINT NOT NULL,
    log_bytes BIGINT NOT NULL
);

CREATE TABLE aof_keys (
    snapshot_id BIGINT NOT NULL,
    db BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    raw BLOB,
    pattern VARCHAR NOT NULL,
    slot SMALLINT NOT NULL,
    writes BIGINT NOT NULL,
    writes_error BIGINT NOT NULL,
    log_bytes BIGINT NOT NULL,
    first_at_ms BIGINT,
    last_at_ms BIGINT,
    value_writes BIGINT NOT NULL,
    renewals BIGINT NOT NULL,
    grows BIGINT NOT NULL,
    shrinks BIGINT NOT NULL,
    deletes BIGINT NOT NULL,
    commands VARCHAR NOT NULL
);

CREATE TABLE aof_events (
    snapshot_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    command VARCHAR NOT NULL,
    part_no INTEGER NOT NULL,
    log_offset BIGINT NOT NULL,
    at_ms BIGINT,
    db BIGINT,
    name VARCHAR,
    raw BLOB,
    measured BIGINT
);

-- What the nightly job did, of which the newest run may be unfinished.
CREATE TABLE nightly_runs (
    run_id BIGINT NOT NULL,
    night VARCHAR NOT NULL,
    started_at_ms BIGINT NOT NULL,
    done VARCHAR NOT NULL,
    exit_code INTEGER,
    summary VARCHAR
);

CREATE TABLE past_points (
    snapshot_id BIGINT NOT NULL,
    lineage VARCHAR NOT NULL,
    at_ms BIGINT NOT NULL,
    pattern VARCHAR,
    keys BIGINT NOT NULL,
    memory_bytes BIGINT
);

CREATE TABLE nightly_nodes (
    night VARCHAR NOT NULL,
    run_id BIGINT NOT NULL,
    node VARCHAR NOT NULL,
    cluster VARCHAR,
    shard VARCHAR,
    role VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    source VARCHAR,
    source_mark VARCHAR,
    snapshot_id BIGINT,
    taken_at_ms BIGINT,
    age_seconds BIGINT,
    fresh_within_seconds BIGINT NOT NULL,
    counted BOOLEAN NOT NULL,
    message VARCHAR NOT NULL
);
