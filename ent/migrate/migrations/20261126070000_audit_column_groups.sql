-- Hand-written, as the audit trail is: one line names all the column groups that the
-- same applications were shown in. Lines of before keep their hashes: that of one group
-- is of the same bytes.

-- +goose Up
ALTER TABLE audit_line ALTER COLUMN column_group TYPE text[]
    USING CASE WHEN column_group = '' THEN '{}' ELSE ARRAY[column_group]::text[] END;
ALTER TABLE audit_line RENAME COLUMN column_group TO column_groups;

-- +goose Down
ALTER TABLE audit_line RENAME COLUMN column_groups TO column_group;
ALTER TABLE audit_line ALTER COLUMN column_group TYPE character varying USING array_to_string(column_group, '_');
