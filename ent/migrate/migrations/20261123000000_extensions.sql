-- Schema ext holds the two extensions the service uses: btree_gist for exclusion
-- constraints that mix equality and ranges, pg_trgm for search by similarity.
-- They live outside public so that what is in public is ours alone.
-- Both are trusted extensions: the owner of the database may create them.

-- +goose Up
CREATE SCHEMA ext;
CREATE EXTENSION btree_gist SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;

-- +goose Down
DROP EXTENSION pg_trgm;
DROP EXTENSION btree_gist;
DROP SCHEMA ext;
