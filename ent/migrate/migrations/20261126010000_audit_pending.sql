-- Hand-written, as the audit trail is. Entries of the index by application gather
-- until there are 64 kB of them: merged in one go they cost a third, and a merge this
-- small takes a few milliseconds of the group that meets it.

-- +goose Up
ALTER INDEX audit_line_application_idx SET (fastupdate = on, gin_pending_list_limit = 64);

-- +goose Down
ALTER INDEX audit_line_application_idx SET (fastupdate = off);
ALTER INDEX audit_line_application_idx RESET (gin_pending_list_limit);
SELECT gin_clean_pending_list('audit_line_application_idx');
