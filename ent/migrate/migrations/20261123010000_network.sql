-- +goose Up
-- create "catalogue_entry" table
CREATE TABLE "catalogue_entry" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "code" character varying NOT NULL, "kind" character varying NOT NULL, "level" bigint NULL, "position" bigint NOT NULL, "label_fr" character varying NOT NULL, "label_en" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "catalogue_entry_kind_check" CHECK ((kind = 'SERVICE_TO_APPLICANT') = (level IS NOT NULL)), CONSTRAINT "catalogue_entry_level_check" CHECK (level BETWEEN 1 AND 3));
-- create index "catalogue_entry_code_key" to table: "catalogue_entry"
CREATE UNIQUE INDEX "catalogue_entry_code_key" ON "catalogue_entry" ("code");
-- create "commune" table
CREATE TABLE "commune" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "insee_code" character varying NOT NULL, "name" character varying NOT NULL COLLATE "fr-x-icu", "postal_codes" jsonb NOT NULL, "population" bigint NOT NULL, "siren" character varying NOT NULL, "latitude" double precision NOT NULL, "longitude" double precision NOT NULL, "boundary" jsonb NULL, PRIMARY KEY ("id"), CONSTRAINT "commune_insee_code_check" CHECK (insee_code ~ '^(?:[0-9]{5}|2[AB][0-9]{3})$'));
-- create index "commune_insee_code_key" to table: "commune"
CREATE UNIQUE INDEX "commune_insee_code_key" ON "commune" ("insee_code");
-- create index "commune_name_idx" to table: "commune"
CREATE INDEX "commune_name_idx" ON "commune" ("name", "id");
-- create index "commune_population_idx" to table: "commune"
CREATE INDEX "commune_population_idx" ON "commune" ("population", "id");
-- create index "commune_postal_codes_idx" to table: "commune"
CREATE INDEX "commune_postal_codes_idx" ON "commune" USING GIN ("postal_codes");
-- create "sandbox_clock" table
CREATE TABLE "sandbox_clock" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "offset_nanoseconds" bigint NOT NULL, PRIMARY KEY ("id"));
-- create "reception_point" table
CREATE TABLE "reception_point" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "key" character varying NOT NULL, "name" character varying NOT NULL COLLATE "fr-x-icu", "address" character varying NOT NULL, "postal_code" character varying NOT NULL, "latitude" double precision NOT NULL, "longitude" double precision NOT NULL, "phone" character varying NULL, "languages" jsonb NOT NULL, "step_free_access" character varying NOT NULL, "inter_communal" boolean NOT NULL, "commune_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "reception_point_commune_reception_points" FOREIGN KEY ("commune_id") REFERENCES "commune" ("id") ON DELETE NO ACTION, CONSTRAINT "reception_point_latitude_check" CHECK (latitude BETWEEN -90 AND 90), CONSTRAINT "reception_point_longitude_check" CHECK (longitude BETWEEN -180 AND 180));
-- create index "reception_point_key_key" to table: "reception_point"
CREATE UNIQUE INDEX "reception_point_key_key" ON "reception_point" ("key");
-- create index "reception_point_name_idx" to table: "reception_point"
CREATE INDEX "reception_point_name_idx" ON "reception_point" ("name", "id");
-- create index "reception_point_commune_idx" to table: "reception_point"
CREATE INDEX "reception_point_commune_idx" ON "reception_point" ("commune_id", "name", "id");
-- create index "reception_point_place_idx" to table: "reception_point"
CREATE INDEX "reception_point_place_idx" ON "reception_point" ("latitude", "longitude");
-- create index "reception_point_languages_idx" to table: "reception_point"
CREATE INDEX "reception_point_languages_idx" ON "reception_point" USING GIN ("languages");
-- create index "reception_point_step_free_idx" to table: "reception_point"
CREATE INDEX "reception_point_step_free_idx" ON "reception_point" ("step_free_access", "name", "id");
-- create "agreement" table
CREATE TABLE "agreement" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "level" bigint NOT NULL, "means" character varying NOT NULL, "valid_from" date NOT NULL, "valid_until" date NULL, "reception_point_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "agreement_reception_point_agreements" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "agreement_level_check" CHECK (level BETWEEN 1 AND 3), CONSTRAINT "agreement_period_check" CHECK (valid_until > valid_from));
-- create index "agreement_point_from_key" to table: "agreement"
CREATE UNIQUE INDEX "agreement_point_from_key" ON "agreement" ("reception_point_id", "valid_from");
-- create "organisation" table
CREATE TABLE "organisation" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "key" character varying NOT NULL, "kind" character varying NOT NULL, "name" character varying NOT NULL COLLATE "fr-x-icu", "siren" character varying NULL, "reservataire" boolean NOT NULL, "registering_body" boolean NOT NULL, "commune_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "organisation_commune_organisations" FOREIGN KEY ("commune_id") REFERENCES "commune" ("id") ON DELETE SET NULL, CONSTRAINT "organisation_commune_check" CHECK ((kind = 'COMMUNE') = (commune_id IS NOT NULL)));
-- create index "organisation_key_key" to table: "organisation"
CREATE UNIQUE INDEX "organisation_key_key" ON "organisation" ("key");
-- create index "organisation_name_idx" to table: "organisation"
CREATE INDEX "organisation_name_idx" ON "organisation" ("name", "id");
-- create index "organisation_kind_idx" to table: "organisation"
CREATE INDEX "organisation_kind_idx" ON "organisation" ("kind", "name", "id");
-- create index "organisation_commune_idx" to table: "organisation"
CREATE INDEX "organisation_commune_idx" ON "organisation" ("commune_id");
-- create "person" table
CREATE TABLE "person" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "issuer" character varying NOT NULL, "subject" character varying NOT NULL, "given_name" character varying NOT NULL, "family_name" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "person_issuer_subject_key" to table: "person"
CREATE UNIQUE INDEX "person_issuer_subject_key" ON "person" ("issuer", "subject");
-- create "assignment" table
CREATE TABLE "assignment" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "role" character varying NOT NULL, "valid_from" date NOT NULL, "valid_until" date NULL, "organisation_id" character varying NOT NULL, "person_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "assignment_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "assignment_person_assignments" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "assignment_period_check" CHECK (valid_until > valid_from));
-- create index "assignment_person_key" to table: "assignment"
CREATE UNIQUE INDEX "assignment_person_key" ON "assignment" ("person_id", "organisation_id", "role", "valid_from");
-- create "assignment_reception_point" table
CREATE TABLE "assignment_reception_point" ("assignment_id" character varying NOT NULL, "reception_point_id" character varying NOT NULL, PRIMARY KEY ("assignment_id", "reception_point_id"), CONSTRAINT "assignment_reception_point_assignment_fkey" FOREIGN KEY ("assignment_id") REFERENCES "assignment" ("id") ON DELETE CASCADE, CONSTRAINT "assignment_reception_point_point_fkey" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE CASCADE);
-- create "opening_hours" table
CREATE TABLE "opening_hours" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "weekday" smallint NULL, "intervals" int4multirange NOT NULL, "valid_from" date NOT NULL, "valid_until" date NULL, "reason" character varying NULL, "version" bigint NOT NULL DEFAULT 1, "reception_point_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "opening_hours_reception_point_opening_hours" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "opening_hours_exception_check" CHECK (weekday IS NOT NULL OR valid_until IS NOT NULL), CONSTRAINT "opening_hours_intervals_check" CHECK (intervals <@ '{[0,1440)}'::int4multirange), CONSTRAINT "opening_hours_period_check" CHECK (valid_until > valid_from), CONSTRAINT "opening_hours_reason_check" CHECK (weekday IS NULL OR reason IS NULL), CONSTRAINT "opening_hours_weekday_check" CHECK (weekday BETWEEN 1 AND 7));
-- create index "opening_hours_point_idx" to table: "opening_hours"
CREATE INDEX "opening_hours_point_idx" ON "opening_hours" ("reception_point_id", "valid_from");
-- create "reception_point_operator" table
CREATE TABLE "reception_point_operator" ("reception_point_id" character varying NOT NULL, "organisation_id" character varying NOT NULL, PRIMARY KEY ("reception_point_id", "organisation_id"), CONSTRAINT "reception_point_operator_point_fkey" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE CASCADE, CONSTRAINT "reception_point_operator_organisation_fkey" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE CASCADE);

-- +goose Down
-- reverse: create "reception_point_operator" table
DROP TABLE "reception_point_operator";
-- reverse: create index "opening_hours_point_idx" to table: "opening_hours"
DROP INDEX "opening_hours_point_idx";
-- reverse: create "opening_hours" table
DROP TABLE "opening_hours";
-- reverse: create "assignment_reception_point" table
DROP TABLE "assignment_reception_point";
-- reverse: create index "assignment_person_key" to table: "assignment"
DROP INDEX "assignment_person_key";
-- reverse: create "assignment" table
DROP TABLE "assignment";
-- reverse: create index "person_issuer_subject_key" to table: "person"
DROP INDEX "person_issuer_subject_key";
-- reverse: create "person" table
DROP TABLE "person";
-- reverse: create index "organisation_commune_idx" to table: "organisation"
DROP INDEX "organisation_commune_idx";
-- reverse: create index "organisation_kind_idx" to table: "organisation"
DROP INDEX "organisation_kind_idx";
-- reverse: create index "organisation_name_idx" to table: "organisation"
DROP INDEX "organisation_name_idx";
-- reverse: create index "organisation_key_key" to table: "organisation"
DROP INDEX "organisation_key_key";
-- reverse: create "organisation" table
DROP TABLE "organisation";
-- reverse: create index "agreement_point_from_key" to table: "agreement"
DROP INDEX "agreement_point_from_key";
-- reverse: create "agreement" table
DROP TABLE "agreement";
-- reverse: create index "reception_point_step_free_idx" to table: "reception_point"
DROP INDEX "reception_point_step_free_idx";
-- reverse: create index "reception_point_languages_idx" to table: "reception_point"
DROP INDEX "reception_point_languages_idx";
-- reverse: create index "reception_point_place_idx" to table: "reception_point"
DROP INDEX "reception_point_place_idx";
-- reverse: create index "reception_point_commune_idx" to table: "reception_point"
DROP INDEX "reception_point_commune_idx";
-- reverse: create index "reception_point_name_idx" to table: "reception_point"
DROP INDEX "reception_point_name_idx";
-- reverse: create index "reception_point_key_key" to table: "reception_point"
DROP INDEX "reception_point_key_key";
-- reverse: create "reception_point" table
DROP TABLE "reception_point";
-- reverse: create "sandbox_clock" table
DROP TABLE "sandbox_clock";
-- reverse: create index "commune_postal_codes_idx" to table: "commune"
DROP INDEX "commune_postal_codes_idx";
-- reverse: create index "commune_population_idx" to table: "commune"
DROP INDEX "commune_population_idx";
-- reverse: create index "commune_name_idx" to table: "commune"
DROP INDEX "commune_name_idx";
-- reverse: create index "commune_insee_code_key" to table: "commune"
DROP INDEX "commune_insee_code_key";
-- reverse: create "commune" table
DROP TABLE "commune";
-- reverse: create index "catalogue_entry_code_key" to table: "catalogue_entry"
DROP INDEX "catalogue_entry_code_key";
-- reverse: create "catalogue_entry" table
DROP TABLE "catalogue_entry";
