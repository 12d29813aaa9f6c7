-- Hand-written, as the audit trail is: what did this app show?

-- +goose Up
CREATE INDEX audit_line_app_idx ON audit_line (app_id, at, id) WHERE app_id IS NOT NULL;

-- +goose Down
DROP INDEX audit_line_app_idx;
