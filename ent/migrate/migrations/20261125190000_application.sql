-- +goose Up
-- create "application" table
CREATE TABLE "application" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "unique_number" character varying NULL, "state" character varying NOT NULL, "given_names" character varying NOT NULL, "birth_name" character varying NOT NULL COLLATE "fr-x-icu", "usual_name" character varying NOT NULL, "name_key" character varying NOT NULL, "valid_until" date NOT NULL, "registered_on" date NOT NULL, "removed_on" date NULL, "erased_on" date NULL, "protected" boolean NOT NULL DEFAULT false, "version" bigint NOT NULL DEFAULT 1, PRIMARY KEY ("id"), CONSTRAINT "application_erased_check" CHECK (erased_on IS NULL OR (name_key = '' AND birth_name = '')), CONSTRAINT "application_number_check" CHECK (unique_number IS NOT NULL OR state = 'PENDING_VALIDATION' OR erased_on IS NOT NULL), CONSTRAINT "application_removed_check" CHECK ((removed_on IS NULL) = (state <> 'REMOVED')));
-- create index "application_unique_number_key" to table: "application"
CREATE UNIQUE INDEX "application_unique_number_key" ON "application" ("unique_number");
-- create index "application_name_idx" to table: "application"
CREATE INDEX "application_name_idx" ON "application" ("birth_name", "id");
-- create index "application_registered_idx" to table: "application"
CREATE INDEX "application_registered_idx" ON "application" ("registered_on", "id");
-- create "household_member" table
CREATE TABLE "household_member" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "rank" bigint NOT NULL, "link" character varying NOT NULL, "born_in" date NULL, "expected_on" date NULL, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "household_member_application_household" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "household_member_born_check" CHECK ((born_in IS NULL) = (link = 'TO_BE_BORN') AND (expected_on IS NULL) = (link <> 'TO_BE_BORN')), CONSTRAINT "household_member_rank_check" CHECK (rank BETWEEN 1 AND 20));
-- create index "household_member_rank_key" to table: "household_member"
CREATE UNIQUE INDEX "household_member_rank_key" ON "household_member" ("application_id", "rank");
-- create "applicant_account" table
CREATE TABLE "applicant_account" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "issuer" character varying NOT NULL, "subject" character varying NOT NULL, "bound_at" timestamptz NOT NULL, "unbound_at" timestamptz NULL, "member_id" character varying NOT NULL, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "applicant_account_household_member_member" FOREIGN KEY ("member_id") REFERENCES "household_member" ("id") ON DELETE NO ACTION, CONSTRAINT "applicant_account_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION);
-- create index "applicant_account_live_key" to table: "applicant_account"
CREATE UNIQUE INDEX "applicant_account_live_key" ON "applicant_account" ("issuer", "subject") WHERE unbound_at IS NULL;
-- create index "applicant_account_member_key" to table: "applicant_account"
CREATE UNIQUE INDEX "applicant_account_member_key" ON "applicant_account" ("member_id") WHERE unbound_at IS NULL;
-- create index "applicant_account_application_idx" to table: "applicant_account"
CREATE INDEX "applicant_account_application_idx" ON "applicant_account" ("application_id");
-- create "application_contact" table
CREATE TABLE "application_contact" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "address" character varying NOT NULL, "postal_code" character varying NOT NULL, "town" character varying NOT NULL, "phone" character varying NULL, "email" character varying NOT NULL, "helping_structure" character varying NOT NULL, "version" bigint NOT NULL DEFAULT 1, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "application_contact_application_contact" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION);
-- create index "application_contact_application_id_key" to table: "application_contact"
CREATE UNIQUE INDEX "application_contact_application_id_key" ON "application_contact" ("application_id");
-- create index "application_contact_phone_idx" to table: "application_contact"
CREATE INDEX "application_contact_phone_idx" ON "application_contact" ("phone");
-- create "application_file" table
CREATE TABLE "application_file" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "tax_year" bigint NOT NULL, "tax_income" bigint NOT NULL, "monthly_resources" bigint NOT NULL, "housing" character varying NOT NULL, "reasons" jsonb NOT NULL, "version" bigint NOT NULL DEFAULT 1, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "application_file_application_file" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION);
-- create index "application_file_application_id_key" to table: "application_file"
CREATE UNIQUE INDEX "application_file_application_id_key" ON "application_file" ("application_id");
-- create "application_summary" table
CREATE TABLE "application_summary" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "registered_on" date NOT NULL, "renewed_on" date NULL, "reception_deadline" date NOT NULL, "household_size" bigint NOT NULL, "typologies" jsonb NOT NULL, "followed_since" date NULL, "version" bigint NOT NULL DEFAULT 1, "application_id" character varying NOT NULL, "following_point_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "application_summary_application_summary" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "application_summary_reception_point_following_point" FOREIGN KEY ("following_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "application_summary_followed_check" CHECK ((following_point_id IS NULL) = (followed_since IS NULL)), CONSTRAINT "application_summary_size_check" CHECK (household_size BETWEEN 1 AND 20));
-- create index "application_summary_application_id_key" to table: "application_summary"
CREATE UNIQUE INDEX "application_summary_application_id_key" ON "application_summary" ("application_id");
-- create index "application_summary_point_idx" to table: "application_summary"
CREATE INDEX "application_summary_point_idx" ON "application_summary" ("following_point_id");
-- create "member_particulars" table
CREATE TABLE "member_particulars" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "given_names" character varying NOT NULL, "birth_name" character varying NOT NULL, "usual_name" character varying NOT NULL, "born_on" date NOT NULL, "version" bigint NOT NULL DEFAULT 1, "member_id" character varying NOT NULL, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "member_particulars_household_member_particulars" FOREIGN KEY ("member_id") REFERENCES "household_member" ("id") ON DELETE NO ACTION, CONSTRAINT "member_particulars_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION);
-- create index "member_particulars_member_id_key" to table: "member_particulars"
CREATE UNIQUE INDEX "member_particulars_member_id_key" ON "member_particulars" ("member_id");
-- create index "member_particulars_application_idx" to table: "member_particulars"
CREATE INDEX "member_particulars_application_idx" ON "member_particulars" ("application_id");
-- create "sensitive_record" table
CREATE TABLE "sensitive_record" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "reasons" jsonb NOT NULL, "housing_mode" character varying NOT NULL, "needs" jsonb NOT NULL, "free_text" character varying NOT NULL, "safe_contact" character varying NOT NULL, "version" bigint NOT NULL DEFAULT 1, "member_id" character varying NOT NULL, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "sensitive_record_household_member_sensitive" FOREIGN KEY ("member_id") REFERENCES "household_member" ("id") ON DELETE NO ACTION, CONSTRAINT "sensitive_record_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION);
-- create index "sensitive_record_member_id_key" to table: "sensitive_record"
CREATE UNIQUE INDEX "sensitive_record_member_id_key" ON "sensitive_record" ("member_id");
-- create index "sensitive_record_application_idx" to table: "sensitive_record"
CREATE INDEX "sensitive_record_application_idx" ON "sensitive_record" ("application_id");
-- create "wish" table
CREATE TABLE "wish" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "rank" bigint NOT NULL, "application_id" character varying NOT NULL, "commune_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "wish_application_wishes" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "wish_commune_commune" FOREIGN KEY ("commune_id") REFERENCES "commune" ("id") ON DELETE NO ACTION, CONSTRAINT "wish_rank_check" CHECK (rank BETWEEN 1 AND 10));
-- create index "wish_application_commune_key" to table: "wish"
CREATE UNIQUE INDEX "wish_application_commune_key" ON "wish" ("application_id", "commune_id");
-- create index "wish_commune_idx" to table: "wish"
CREATE INDEX "wish_commune_idx" ON "wish" ("commune_id", "application_id");

-- +goose Down
-- reverse: create index "wish_commune_idx" to table: "wish"
DROP INDEX "wish_commune_idx";
-- reverse: create index "wish_application_commune_key" to table: "wish"
DROP INDEX "wish_application_commune_key";
-- reverse: create "wish" table
DROP TABLE "wish";
-- reverse: create index "sensitive_record_application_idx" to table: "sensitive_record"
DROP INDEX "sensitive_record_application_idx";
-- reverse: create index "sensitive_record_member_id_key" to table: "sensitive_record"
DROP INDEX "sensitive_record_member_id_key";
-- reverse: create "sensitive_record" table
DROP TABLE "sensitive_record";
-- reverse: create index "member_particulars_application_idx" to table: "member_particulars"
DROP INDEX "member_particulars_application_idx";
-- reverse: create index "member_particulars_member_id_key" to table: "member_particulars"
DROP INDEX "member_particulars_member_id_key";
-- reverse: create "member_particulars" table
DROP TABLE "member_particulars";
-- reverse: create index "application_summary_point_idx" to table: "application_summary"
DROP INDEX "application_summary_point_idx";
-- reverse: create index "application_summary_application_id_key" to table: "application_summary"
DROP INDEX "application_summary_application_id_key";
-- reverse: create "application_summary" table
DROP TABLE "application_summary";
-- reverse: create index "application_file_application_id_key" to table: "application_file"
DROP INDEX "application_file_application_id_key";
-- reverse: create "application_file" table
DROP TABLE "application_file";
-- reverse: create index "application_contact_phone_idx" to table: "application_contact"
DROP INDEX "application_contact_phone_idx";
-- reverse: create index "application_contact_application_id_key" to table: "application_contact"
DROP INDEX "application_contact_application_id_key";
-- reverse: create "application_contact" table
DROP TABLE "application_contact";
-- reverse: create index "applicant_account_application_idx" to table: "applicant_account"
DROP INDEX "applicant_account_application_idx";
-- reverse: create index "applicant_account_member_key" to table: "applicant_account"
DROP INDEX "applicant_account_member_key";
-- reverse: create index "applicant_account_live_key" to table: "applicant_account"
DROP INDEX "applicant_account_live_key";
-- reverse: create "applicant_account" table
DROP TABLE "applicant_account";
-- reverse: create index "household_member_rank_key" to table: "household_member"
DROP INDEX "household_member_rank_key";
-- reverse: create "household_member" table
DROP TABLE "household_member";
-- reverse: create index "application_registered_idx" to table: "application"
DROP INDEX "application_registered_idx";
-- reverse: create index "application_name_idx" to table: "application"
DROP INDEX "application_name_idx";
-- reverse: create index "application_unique_number_key" to table: "application"
DROP INDEX "application_unique_number_key";
-- reverse: create "application" table
DROP TABLE "application";
