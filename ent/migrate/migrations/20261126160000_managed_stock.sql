-- What landlords say of their dwellings, their vacancies, and the reservation rights of others.

-- +goose Up
-- create "managed_change" table
CREATE TABLE "managed_change" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "changed_at" timestamptz NOT NULL, "source" character varying NOT NULL, "line" bigint NULL, "before" jsonb NOT NULL, "after" jsonb NOT NULL, "dwelling_id" character varying NOT NULL, "changed_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "managed_change_dwelling_managed_changes" FOREIGN KEY ("dwelling_id") REFERENCES "dwelling" ("id") ON DELETE CASCADE, CONSTRAINT "managed_change_person_changed_by" FOREIGN KEY ("changed_by_id") REFERENCES "person" ("id") ON DELETE SET NULL);
-- create index "managed_change_dwelling_idx" to table: "managed_change"
CREATE INDEX "managed_change_dwelling_idx" ON "managed_change" ("dwelling_id", "id");
-- create "managed_dwelling" table
CREATE TABLE "managed_dwelling" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "flat_number" character varying NOT NULL DEFAULT '', "rent" bigint NULL, "charges" bigint NULL, "criteria" jsonb NOT NULL, "works" jsonb NULL, "source" character varying NOT NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "dwelling_id" character varying NOT NULL, "updated_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "managed_dwelling_dwelling_managed" FOREIGN KEY ("dwelling_id") REFERENCES "dwelling" ("id") ON DELETE CASCADE, CONSTRAINT "managed_dwelling_person_updated_by" FOREIGN KEY ("updated_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "managed_dwelling_charges_check" CHECK (charges BETWEEN 0 AND 1000000), CONSTRAINT "managed_dwelling_rent_check" CHECK (rent BETWEEN 0 AND 1000000));
-- create index "managed_dwelling_dwelling_id_key" to table: "managed_dwelling"
CREATE UNIQUE INDEX "managed_dwelling_dwelling_id_key" ON "managed_dwelling" ("dwelling_id");
-- create index "managed_dwelling_rent_idx" to table: "managed_dwelling"
CREATE INDEX "managed_dwelling_rent_idx" ON "managed_dwelling" ("rent", "id");
-- create index "managed_dwelling_criteria_idx" to table: "managed_dwelling"
CREATE INDEX "managed_dwelling_criteria_idx" ON "managed_dwelling" USING GIN ("criteria");
-- create "reservation_right" table
CREATE TABLE "reservation_right" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "mode" character varying NOT NULL, "share" bigint NULL, "sub_contingent" character varying NULL, "agreement" character varying NOT NULL, "valid_from" date NOT NULL, "valid_until" date NULL, "state" character varying NOT NULL DEFAULT 'PROPOSED', "landlord_confirmed_on" date NULL, "reservataire_confirmed_on" date NULL, "version" bigint NOT NULL DEFAULT 1, "landlord_id" character varying NOT NULL, "reservataire_id" character varying NOT NULL, "landlord_confirmed_by_id" character varying NULL, "reservataire_confirmed_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "reservation_right_organisation_landlord" FOREIGN KEY ("landlord_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "reservation_right_organisation_reservataire" FOREIGN KEY ("reservataire_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "reservation_right_person_landlord_confirmed_by" FOREIGN KEY ("landlord_confirmed_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "reservation_right_person_reservataire_confirmed_by" FOREIGN KEY ("reservataire_confirmed_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "reservation_right_confirmed_check" CHECK (state <> 'CONFIRMED' OR landlord_confirmed_on IS NOT NULL AND reservataire_confirmed_on IS NOT NULL AND landlord_confirmed_by_id <> reservataire_confirmed_by_id), CONSTRAINT "reservation_right_parties_check" CHECK (landlord_id <> reservataire_id), CONSTRAINT "reservation_right_period_check" CHECK (valid_until > valid_from OR state = 'WITHDRAWN'), CONSTRAINT "reservation_right_share_check" CHECK ((share IS NOT NULL) = (mode = 'FLOW') AND share BETWEEN 1 AND 1000));
-- create index "reservation_right_landlord_idx" to table: "reservation_right"
CREATE INDEX "reservation_right_landlord_idx" ON "reservation_right" ("landlord_id", "valid_from");
-- create index "reservation_right_reservataire_idx" to table: "reservation_right"
CREATE INDEX "reservation_right_reservataire_idx" ON "reservation_right" ("reservataire_id", "valid_from");
-- create "reservation_right_dwelling" table
CREATE TABLE "reservation_right_dwelling" ("reservation_right_id" character varying NOT NULL, "dwelling_id" character varying NOT NULL, PRIMARY KEY ("reservation_right_id", "dwelling_id"), CONSTRAINT "reservation_right_dwelling_reservation_right_id" FOREIGN KEY ("reservation_right_id") REFERENCES "reservation_right" ("id") ON DELETE CASCADE, CONSTRAINT "reservation_right_dwelling_dwelling_id" FOREIGN KEY ("dwelling_id") REFERENCES "dwelling" ("id") ON DELETE CASCADE);
-- create "vacancy" table
CREATE TABLE "vacancy" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "kind" character varying NOT NULL, "notice_given_on" date NULL, "vacant_from" date NOT NULL, "available_on" date NULL, "closed_on" date NULL, "outcome" character varying NULL, "designated_on" date NULL, "updated_at" timestamptz NOT NULL, "version" bigint NOT NULL DEFAULT 1, "dwelling_id" character varying NOT NULL, "right_id" character varying NULL, "updated_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "vacancy_dwelling_vacancies" FOREIGN KEY ("dwelling_id") REFERENCES "dwelling" ("id") ON DELETE CASCADE, CONSTRAINT "vacancy_reservation_right_vacancies" FOREIGN KEY ("right_id") REFERENCES "reservation_right" ("id") ON DELETE SET NULL, CONSTRAINT "vacancy_person_updated_by" FOREIGN KEY ("updated_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "vacancy_available_check" CHECK (available_on >= vacant_from), CONSTRAINT "vacancy_closed_check" CHECK ((closed_on IS NULL) = (outcome IS NULL)), CONSTRAINT "vacancy_designated_check" CHECK ((right_id IS NULL) = (designated_on IS NULL)), CONSTRAINT "vacancy_order_check" CHECK (outcome = 'CANCELLED' OR closed_on >= vacant_from));
-- create index "vacancy_dwelling_idx" to table: "vacancy"
CREATE INDEX "vacancy_dwelling_idx" ON "vacancy" ("dwelling_id", "vacant_from");
-- create index "vacancy_right_idx" to table: "vacancy"
CREATE INDEX "vacancy_right_idx" ON "vacancy" ("right_id", "designated_on");
-- create index "vacancy_open_idx" to table: "vacancy"
CREATE INDEX "vacancy_open_idx" ON "vacancy" ("vacant_from", "dwelling_id") WHERE closed_on IS NULL;

-- +goose Down
-- reverse: create index "vacancy_open_idx" to table: "vacancy"
DROP INDEX "vacancy_open_idx";
-- reverse: create index "vacancy_right_idx" to table: "vacancy"
DROP INDEX "vacancy_right_idx";
-- reverse: create index "vacancy_dwelling_idx" to table: "vacancy"
DROP INDEX "vacancy_dwelling_idx";
-- reverse: create "vacancy" table
DROP TABLE "vacancy";
-- reverse: create "reservation_right_dwelling" table
DROP TABLE "reservation_right_dwelling";
-- reverse: create index "reservation_right_reservataire_idx" to table: "reservation_right"
DROP INDEX "reservation_right_reservataire_idx";
-- reverse: create index "reservation_right_landlord_idx" to table: "reservation_right"
DROP INDEX "reservation_right_landlord_idx";
-- reverse: create "reservation_right" table
DROP TABLE "reservation_right";
-- reverse: create index "managed_dwelling_criteria_idx" to table: "managed_dwelling"
DROP INDEX "managed_dwelling_criteria_idx";
-- reverse: create index "managed_dwelling_rent_idx" to table: "managed_dwelling"
DROP INDEX "managed_dwelling_rent_idx";
-- reverse: create index "managed_dwelling_dwelling_id_key" to table: "managed_dwelling"
DROP INDEX "managed_dwelling_dwelling_id_key";
-- reverse: create "managed_dwelling" table
DROP TABLE "managed_dwelling";
-- reverse: create index "managed_change_dwelling_idx" to table: "managed_change"
DROP INDEX "managed_change_dwelling_idx";
-- reverse: create "managed_change" table
DROP TABLE "managed_change";
