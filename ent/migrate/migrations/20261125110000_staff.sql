-- +goose Up
-- modify "person" table
ALTER TABLE "person" ADD COLUMN "organisation_id" character varying NULL, ADD CONSTRAINT "person_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE SET NULL;
ALTER TABLE "person" ALTER COLUMN "family_name" TYPE character varying COLLATE "fr-x-icu";
-- create index "person_name_idx" to table: "person"
CREATE INDEX "person_name_idx" ON "person" ("family_name", "id");
-- create index "person_organisation_idx" to table: "person"
CREATE INDEX "person_organisation_idx" ON "person" ("organisation_id");
-- modify "assignment" table
ALTER TABLE "assignment" ADD CONSTRAINT "assignment_second_person_check" CHECK (decided_by_id <> assigned_by_id AND decided_by_id <> person_id), ADD CONSTRAINT "assignment_self_check" CHECK (assigned_by_id <> person_id), ADD CONSTRAINT "assignment_share_check" CHECK (share BETWEEN 1 AND 100), ADD COLUMN "share" bigint NOT NULL DEFAULT 100, ADD COLUMN "state" character varying NOT NULL DEFAULT 'CONFIRMED', ADD COLUMN "rejection_reason" character varying NULL, ADD COLUMN "version" bigint NOT NULL DEFAULT 1, ADD COLUMN "assigned_by_id" character varying NULL, ADD COLUMN "decided_by_id" character varying NULL, ADD CONSTRAINT "assignment_person_assigned_by" FOREIGN KEY ("assigned_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, ADD CONSTRAINT "assignment_person_decided_by" FOREIGN KEY ("decided_by_id") REFERENCES "person" ("id") ON DELETE SET NULL;
-- drop index "assignment_person_key" from table: "assignment", for what was withdrawn may be given again
DROP INDEX "assignment_person_key";
-- create index "assignment_person_idx" to table: "assignment"
CREATE INDEX "assignment_person_idx" ON "assignment" ("person_id", "valid_from");
-- create index "assignment_organisation_idx" to table: "assignment"
CREATE INDEX "assignment_organisation_idx" ON "assignment" ("organisation_id", "role", "person_id");
-- create "pair" table
CREATE TABLE "pair" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "member_ids" character varying NOT NULL, "valid_from" date NOT NULL, "valid_until" date NULL, "version" bigint NOT NULL DEFAULT 1, "reception_point_id" character varying NOT NULL, "formed_by_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "pair_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "pair_person_formed_by" FOREIGN KEY ("formed_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "pair_period_check" CHECK (valid_until > valid_from));
-- create index "pair_point_idx" to table: "pair"
CREATE INDEX "pair_point_idx" ON "pair" ("reception_point_id", "valid_from");
-- create "pair_member" table
CREATE TABLE "pair_member" ("pair_id" character varying NOT NULL, "person_id" character varying NOT NULL, PRIMARY KEY ("pair_id", "person_id"), CONSTRAINT "pair_member_pair_fkey" FOREIGN KEY ("pair_id") REFERENCES "pair" ("id") ON DELETE CASCADE, CONSTRAINT "pair_member_person_fkey" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE CASCADE);
-- create "staff_authorisation" table
CREATE TABLE "staff_authorisation" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "role" character varying NOT NULL, "granted_on" date NOT NULL, "valid_from" date NOT NULL, "valid_until" date NOT NULL, "revoked_on" date NULL, "revocation_reason" character varying NULL, "version" bigint NOT NULL DEFAULT 1, "person_id" character varying NOT NULL, "organisation_id" character varying NOT NULL, "granted_by_id" character varying NOT NULL, "revoked_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "staff_authorisation_person_authorisations" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "staff_authorisation_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "staff_authorisation_person_granted_by" FOREIGN KEY ("granted_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "staff_authorisation_person_revoked_by" FOREIGN KEY ("revoked_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "staff_authorisation_period_check" CHECK (valid_until > valid_from AND valid_until <= valid_from + interval '1 year'), CONSTRAINT "staff_authorisation_revoked_check" CHECK ((revoked_on IS NULL) = (revocation_reason IS NULL)), CONSTRAINT "staff_authorisation_role_check" CHECK (role IN ('RECEPTION_AGENT', 'SOCIAL_OFFICER', 'ALLOCATION_OFFICER', 'POINT_MANAGER')), CONSTRAINT "staff_authorisation_self_check" CHECK (granted_by_id <> person_id));
-- create index "staff_authorisation_person_idx" to table: "staff_authorisation"
CREATE INDEX "staff_authorisation_person_idx" ON "staff_authorisation" ("person_id", "valid_from");
-- create index "staff_authorisation_organisation_idx" to table: "staff_authorisation"
CREATE INDEX "staff_authorisation_organisation_idx" ON "staff_authorisation" ("organisation_id", "role", "person_id");

-- +goose Down
-- reverse: create index "staff_authorisation_organisation_idx" to table: "staff_authorisation"
DROP INDEX "staff_authorisation_organisation_idx";
-- reverse: create index "staff_authorisation_person_idx" to table: "staff_authorisation"
DROP INDEX "staff_authorisation_person_idx";
-- reverse: create "staff_authorisation" table
DROP TABLE "staff_authorisation";
-- reverse: create "pair_member" table
DROP TABLE "pair_member";
-- reverse: create index "pair_point_idx" to table: "pair"
DROP INDEX "pair_point_idx";
-- reverse: create "pair" table
DROP TABLE "pair";
-- reverse: create index "assignment_organisation_idx" to table: "assignment"
DROP INDEX "assignment_organisation_idx";
-- reverse: create index "assignment_person_idx" to table: "assignment"
DROP INDEX "assignment_person_idx";
-- reverse: drop index "assignment_person_key" from table: "assignment"
CREATE UNIQUE INDEX "assignment_person_key" ON "assignment" ("person_id", "organisation_id", "role", "valid_from");
-- reverse: modify "assignment" table
ALTER TABLE "assignment" DROP CONSTRAINT "assignment_share_check", DROP CONSTRAINT "assignment_self_check", DROP CONSTRAINT "assignment_second_person_check", DROP CONSTRAINT "assignment_person_decided_by", DROP CONSTRAINT "assignment_person_assigned_by", DROP COLUMN "decided_by_id", DROP COLUMN "assigned_by_id", DROP COLUMN "version", DROP COLUMN "rejection_reason", DROP COLUMN "state", DROP COLUMN "share";
-- reverse: create index "person_organisation_idx" to table: "person"
DROP INDEX "person_organisation_idx";
-- reverse: create index "person_name_idx" to table: "person"
DROP INDEX "person_name_idx";
-- reverse: modify "person" table
ALTER TABLE "person" ALTER COLUMN "family_name" TYPE character varying COLLATE "default";
ALTER TABLE "person" DROP CONSTRAINT "person_organisation_organisation", DROP COLUMN "organisation_id";
