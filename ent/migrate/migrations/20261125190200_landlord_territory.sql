-- +goose Up
-- create "landlord_territory" table
CREATE TABLE "landlord_territory" ("organisation_id" character varying NOT NULL, "commune_id" character varying NOT NULL, PRIMARY KEY ("organisation_id", "commune_id"), CONSTRAINT "landlord_territory_organisation_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE CASCADE, CONSTRAINT "landlord_territory_commune_fkey" FOREIGN KEY ("commune_id") REFERENCES "commune" ("id") ON DELETE CASCADE);

-- +goose Down
-- reverse: create "landlord_territory" table
DROP TABLE "landlord_territory";
