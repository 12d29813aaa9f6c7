-- Who holds a permanence had better be understood there: what staff speaks, and what is asked for.

-- +goose Up
-- modify "permanence" table
ALTER TABLE "permanence" ADD COLUMN "languages" jsonb NOT NULL DEFAULT ('[]'::jsonb);
-- modify "person" table
ALTER TABLE "person" ADD COLUMN "languages" jsonb NOT NULL DEFAULT ('[]'::jsonb);

-- +goose Down
-- reverse: modify "person" table
ALTER TABLE "person" DROP COLUMN "languages";
-- reverse: modify "permanence" table
ALTER TABLE "permanence" DROP COLUMN "languages";
