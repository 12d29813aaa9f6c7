-- Hand-written: the audit trail, of which package audit is the only reader and
-- writer. It is no entity of Ent: lines are inserted in groups, sealed in a chain
-- and never changed, and nothing else joins them.
--
-- A line holds identifiers and codes only. The one text, a reason, stands in
-- audit_reason, which is the one table of these that may be erased from. It is no
-- foreign key: a reason that was erased leaves its line as it was.

-- +goose Up
CREATE TABLE audit_line (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamp with time zone NOT NULL,
    kind character varying NOT NULL,
    operation character varying NOT NULL,
    column_group character varying NOT NULL,
    grounds text[] NOT NULL,
    application_ids text[] NOT NULL,
    person_id character varying NULL,
    app_id character varying NULL,
    organisation_id character varying NULL,
    reception_point_id character varying NULL,
    roles text[] NOT NULL,
    purpose character varying NOT NULL,
    trace_id character varying NOT NULL,
    reason_id character varying NULL,
    key_id character varying NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT audit_line_pkey PRIMARY KEY (id)
);
-- Who saw this application? Without a pending list, whose flush would make some
-- request wait for the entries of all others.
CREATE INDEX audit_line_application_idx ON audit_line USING gin (application_ids) WITH (fastupdate = off);
-- What did this person, what did this organisation see?
CREATE INDEX audit_line_person_idx ON audit_line (person_id, at, id);
CREATE INDEX audit_line_organisation_idx ON audit_line (organisation_id, at, id);

CREATE TABLE audit_reason (
    id character varying NOT NULL,
    text text NOT NULL,
    CONSTRAINT audit_reason_pkey PRIMARY KEY (id)
);

-- The place of each line in the chain.
CREATE TABLE audit_seal (
    position bigint NOT NULL,
    line_id bigint NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    foreign_line boolean NOT NULL,
    key_id character varying NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_seal_pkey PRIMARY KEY (position),
    CONSTRAINT audit_seal_line_key UNIQUE (line_id)
);

-- A closed day of the chain: what stays of it when its lines have gone.
CREATE TABLE audit_segment (
    number bigint NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    sealed_through bigint NOT NULL,
    head bytea NOT NULL,
    key_id character varying NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT audit_segment_pkey PRIMARY KEY (number)
);

-- Which segments have lost their lines to old age, and when.
CREATE TABLE audit_pruning (
    segment_number bigint NOT NULL,
    pruned_at timestamp with time zone NOT NULL,
    key_id character varying NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT audit_pruning_pkey PRIMARY KEY (segment_number)
);

-- +goose StatementBegin
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('audit_line', 'audit_seal')
        AND current_setting('guichet.audit_prune', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is refused: % is only added to', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_line_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_line
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_seal_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_segment_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_segment
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_pruning_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_pruning
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- A transaction has its number before it takes the identifier of a line: so that
-- once all transactions up to a number have ended, no line can appear below the
-- identifiers seen at that time. The sealer relies on it.
-- +goose StatementBegin
CREATE FUNCTION audit_number_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_current_xact_id();
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_line_number_transaction BEFORE INSERT ON audit_line
    FOR EACH STATEMENT EXECUTE FUNCTION audit_number_transaction();

-- The one way by which lines go: the oldest segment that still has its lines loses
-- them, their seals and their reasons, and its head stays. It runs with the rights
-- of its caller, which the service's role has not.
-- +goose StatementBegin
CREATE FUNCTION audit_prune_segment(pruned bigint, at timestamp with time zone, key_id character varying, mac bytea)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    segment audit_segment;
    lines bigint;
BEGIN
    SELECT * INTO STRICT segment FROM audit_segment WHERE number = pruned;
    IF segment.ended_at > at - interval '30 days' THEN
        RAISE EXCEPTION 'segment % is younger than 30 days', pruned;
    END IF;
    IF pruned <> (SELECT count(*) + 1 FROM audit_pruning) THEN
        RAISE EXCEPTION 'segment % is not the oldest with lines', pruned;
    END IF;
    INSERT INTO audit_pruning VALUES (pruned, at, key_id, mac);
    PERFORM set_config('guichet.audit_prune', 'on', true);
    DELETE FROM audit_reason r USING audit_line l, audit_seal s
        WHERE r.id = l.reason_id AND l.id = s.line_id AND s.position BETWEEN segment.first_position AND segment.last_position;
    DELETE FROM audit_line l USING audit_seal s
        WHERE l.id = s.line_id AND s.position BETWEEN segment.first_position AND segment.last_position;
    GET DIAGNOSTICS lines = ROW_COUNT;
    DELETE FROM audit_seal WHERE position BETWEEN segment.first_position AND segment.last_position;
    PERFORM set_config('guichet.audit_prune', 'off', true);
    RETURN lines;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION audit_prune_segment;
DROP TABLE audit_pruning;
DROP TABLE audit_segment;
DROP TABLE audit_seal;
DROP TABLE audit_reason;
DROP TABLE audit_line;
DROP FUNCTION audit_number_transaction;
DROP FUNCTION audit_refuse_change;
