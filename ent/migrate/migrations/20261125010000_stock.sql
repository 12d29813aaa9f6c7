-- +goose Up
-- create "stock_vintage" table
CREATE TABLE "stock_vintage" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "stated_on" date NOT NULL, "current" boolean NOT NULL, "source" character varying NOT NULL, "layout" character varying NOT NULL, "territory" character varying NOT NULL, "file_sha256" character varying NOT NULL, "imported_at" timestamptz NOT NULL, "dwelling_count" bigint NOT NULL, "building_count" bigint NOT NULL, "lines_read" bigint NOT NULL, "lines_rejected" bigint NOT NULL, "comparison" jsonb NULL, "previous_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "stock_vintage_stock_vintage_previous" FOREIGN KEY ("previous_id") REFERENCES "stock_vintage" ("id") ON DELETE SET NULL);
-- create index "stock_vintage_previous_id_key" to table: "stock_vintage"
CREATE UNIQUE INDEX "stock_vintage_previous_id_key" ON "stock_vintage" ("previous_id");
-- create index "stock_vintage_stated_on_key" to table: "stock_vintage"
CREATE UNIQUE INDEX "stock_vintage_stated_on_key" ON "stock_vintage" ("stated_on");
-- create index "stock_vintage_current_key" to table: "stock_vintage"
CREATE UNIQUE INDEX "stock_vintage_current_key" ON "stock_vintage" ("current") WHERE current;
-- create "building" table
CREATE TABLE "building" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "insee_code" character varying NOT NULL, "commune_name" character varying NOT NULL, "address" character varying NOT NULL, "postal_code" character varying NOT NULL, "latitude" double precision NULL, "longitude" double precision NULL, "position_quality" character varying NOT NULL, "district_code" character varying NOT NULL, "dwelling_count" bigint NOT NULL, "commune_id" character varying NULL, "first_vintage_id" character varying NOT NULL, "last_vintage_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "building_commune_commune" FOREIGN KEY ("commune_id") REFERENCES "commune" ("id") ON DELETE SET NULL, CONSTRAINT "building_stock_vintage_first_vintage" FOREIGN KEY ("first_vintage_id") REFERENCES "stock_vintage" ("id") ON DELETE NO ACTION, CONSTRAINT "building_stock_vintage_last_vintage" FOREIGN KEY ("last_vintage_id") REFERENCES "stock_vintage" ("id") ON DELETE SET NULL, CONSTRAINT "building_place_check" CHECK ((latitude IS NULL) = (longitude IS NULL)));
-- create index "building_commune_idx" to table: "building"
CREATE INDEX "building_commune_idx" ON "building" ("insee_code", "id");
-- create index "building_commune_address_idx" to table: "building"
CREATE INDEX "building_commune_address_idx" ON "building" ("insee_code", "address", "id");
-- create index "building_address_idx" to table: "building"
CREATE INDEX "building_address_idx" ON "building" ("address", "id");
-- create index "building_dwelling_count_idx" to table: "building"
CREATE INDEX "building_dwelling_count_idx" ON "building" ("dwelling_count", "id");
-- create index "building_commune_dwelling_count_idx" to table: "building"
CREATE INDEX "building_commune_dwelling_count_idx" ON "building" ("insee_code", "dwelling_count", "id");
-- create index "building_place_idx" to table: "building"
CREATE INDEX "building_place_idx" ON "building" ("latitude", "longitude");
-- create index "building_district_idx" to table: "building"
CREATE INDEX "building_district_idx" ON "building" ("district_code", "id");
-- create index "building_commune_id_idx" to table: "building"
CREATE INDEX "building_commune_id_idx" ON "building" ("commune_id");
-- create index "building_absent_idx" to table: "building"
CREATE INDEX "building_absent_idx" ON "building" ("last_vintage_id", "id") WHERE last_vintage_id IS NOT NULL;
-- create "dwelling" table
CREATE TABLE "dwelling" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "insee_code" character varying NOT NULL, "typology" character varying NOT NULL, "rooms" smallint NOT NULL, "surface" double precision NOT NULL, "floor" smallint NOT NULL, "construction_year" smallint NOT NULL, "letting_year" smallint NOT NULL, "financing" character varying NOT NULL, "energy_class" character varying NOT NULL, "construction" character varying NOT NULL, "accessibility" character varying NOT NULL, "priority_district" character varying NOT NULL, "building_id" character varying NOT NULL, "landlord_id" character varying NULL, "first_vintage_id" character varying NOT NULL, "last_vintage_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "dwelling_building_dwellings" FOREIGN KEY ("building_id") REFERENCES "building" ("id") ON DELETE NO ACTION, CONSTRAINT "dwelling_organisation_landlord" FOREIGN KEY ("landlord_id") REFERENCES "organisation" ("id") ON DELETE SET NULL, CONSTRAINT "dwelling_stock_vintage_first_vintage" FOREIGN KEY ("first_vintage_id") REFERENCES "stock_vintage" ("id") ON DELETE NO ACTION, CONSTRAINT "dwelling_stock_vintage_last_vintage" FOREIGN KEY ("last_vintage_id") REFERENCES "stock_vintage" ("id") ON DELETE SET NULL);
-- create index "dwelling_building_idx" to table: "dwelling"
CREATE INDEX "dwelling_building_idx" ON "dwelling" ("building_id", "id");
-- create index "dwelling_commune_idx" to table: "dwelling"
CREATE INDEX "dwelling_commune_idx" ON "dwelling" ("insee_code", "id");
-- create index "dwelling_commune_typology_surface_idx" to table: "dwelling"
CREATE INDEX "dwelling_commune_typology_surface_idx" ON "dwelling" ("insee_code", "typology", "surface", "id");
-- create index "dwelling_typology_idx" to table: "dwelling"
CREATE INDEX "dwelling_typology_idx" ON "dwelling" ("typology", "id");
-- create index "dwelling_rooms_idx" to table: "dwelling"
CREATE INDEX "dwelling_rooms_idx" ON "dwelling" ("rooms", "id");
-- create index "dwelling_surface_idx" to table: "dwelling"
CREATE INDEX "dwelling_surface_idx" ON "dwelling" ("surface", "id");
-- create index "dwelling_floor_idx" to table: "dwelling"
CREATE INDEX "dwelling_floor_idx" ON "dwelling" ("floor", "id");
-- create index "dwelling_construction_year_idx" to table: "dwelling"
CREATE INDEX "dwelling_construction_year_idx" ON "dwelling" ("construction_year", "id");
-- create index "dwelling_letting_year_idx" to table: "dwelling"
CREATE INDEX "dwelling_letting_year_idx" ON "dwelling" ("letting_year", "id");
-- create index "dwelling_financing_idx" to table: "dwelling"
CREATE INDEX "dwelling_financing_idx" ON "dwelling" ("financing", "id");
-- create index "dwelling_energy_class_idx" to table: "dwelling"
CREATE INDEX "dwelling_energy_class_idx" ON "dwelling" ("energy_class", "id");
-- create index "dwelling_construction_idx" to table: "dwelling"
CREATE INDEX "dwelling_construction_idx" ON "dwelling" ("construction", "id");
-- create index "dwelling_accessibility_idx" to table: "dwelling"
CREATE INDEX "dwelling_accessibility_idx" ON "dwelling" ("accessibility", "id");
-- create index "dwelling_priority_district_idx" to table: "dwelling"
CREATE INDEX "dwelling_priority_district_idx" ON "dwelling" ("priority_district", "id");
-- create index "dwelling_landlord_idx" to table: "dwelling"
CREATE INDEX "dwelling_landlord_idx" ON "dwelling" ("landlord_id", "id");
-- create index "dwelling_absent_idx" to table: "dwelling"
CREATE INDEX "dwelling_absent_idx" ON "dwelling" ("last_vintage_id", "id") WHERE last_vintage_id IS NOT NULL;
-- create "ownership" table
CREATE TABLE "ownership" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "share" bigint NULL, "floors" jsonb NULL, "source" character varying NOT NULL, "stated_on" date NOT NULL, "building_id" character varying NOT NULL, "landlord_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "ownership_building_ownerships" FOREIGN KEY ("building_id") REFERENCES "building" ("id") ON DELETE NO ACTION, CONSTRAINT "ownership_organisation_landlord" FOREIGN KEY ("landlord_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "ownership_part_check" CHECK (share IS NULL OR floors IS NULL), CONSTRAINT "ownership_share_check" CHECK (share BETWEEN 1 AND 100));
-- create index "ownership_building_landlord_key" to table: "ownership"
CREATE UNIQUE INDEX "ownership_building_landlord_key" ON "ownership" ("building_id", "landlord_id");
-- create index "ownership_landlord_idx" to table: "ownership"
CREATE INDEX "ownership_landlord_idx" ON "ownership" ("landlord_id");
-- create "stock_change" table
CREATE TABLE "stock_change" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "insee_code" character varying NOT NULL, "kind" character varying NOT NULL, "before" bigint NOT NULL, "after" bigint NOT NULL, "differences" jsonb NOT NULL, "building_id" character varying NOT NULL, "vintage_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "stock_change_building_changes" FOREIGN KEY ("building_id") REFERENCES "building" ("id") ON DELETE NO ACTION, CONSTRAINT "stock_change_stock_vintage_changes" FOREIGN KEY ("vintage_id") REFERENCES "stock_vintage" ("id") ON DELETE NO ACTION);
-- create index "stock_change_commune_idx" to table: "stock_change"
CREATE INDEX "stock_change_commune_idx" ON "stock_change" ("vintage_id", "insee_code", "id");
-- create index "stock_change_kind_idx" to table: "stock_change"
CREATE INDEX "stock_change_kind_idx" ON "stock_change" ("vintage_id", "kind", "id");
-- create index "stock_change_building_idx" to table: "stock_change"
CREATE INDEX "stock_change_building_idx" ON "stock_change" ("building_id");

-- +goose Down
-- reverse: create index "stock_change_building_idx" to table: "stock_change"
DROP INDEX "stock_change_building_idx";
-- reverse: create index "stock_change_kind_idx" to table: "stock_change"
DROP INDEX "stock_change_kind_idx";
-- reverse: create index "stock_change_commune_idx" to table: "stock_change"
DROP INDEX "stock_change_commune_idx";
-- reverse: create "stock_change" table
DROP TABLE "stock_change";
-- reverse: create index "ownership_landlord_idx" to table: "ownership"
DROP INDEX "ownership_landlord_idx";
-- reverse: create index "ownership_building_landlord_key" to table: "ownership"
DROP INDEX "ownership_building_landlord_key";
-- reverse: create "ownership" table
DROP TABLE "ownership";
-- reverse: create index "dwelling_absent_idx" to table: "dwelling"
DROP INDEX "dwelling_absent_idx";
-- reverse: create index "dwelling_landlord_idx" to table: "dwelling"
DROP INDEX "dwelling_landlord_idx";
-- reverse: create index "dwelling_priority_district_idx" to table: "dwelling"
DROP INDEX "dwelling_priority_district_idx";
-- reverse: create index "dwelling_accessibility_idx" to table: "dwelling"
DROP INDEX "dwelling_accessibility_idx";
-- reverse: create index "dwelling_construction_idx" to table: "dwelling"
DROP INDEX "dwelling_construction_idx";
-- reverse: create index "dwelling_energy_class_idx" to table: "dwelling"
DROP INDEX "dwelling_energy_class_idx";
-- reverse: create index "dwelling_financing_idx" to table: "dwelling"
DROP INDEX "dwelling_financing_idx";
-- reverse: create index "dwelling_letting_year_idx" to table: "dwelling"
DROP INDEX "dwelling_letting_year_idx";
-- reverse: create index "dwelling_construction_year_idx" to table: "dwelling"
DROP INDEX "dwelling_construction_year_idx";
-- reverse: create index "dwelling_floor_idx" to table: "dwelling"
DROP INDEX "dwelling_floor_idx";
-- reverse: create index "dwelling_surface_idx" to table: "dwelling"
DROP INDEX "dwelling_surface_idx";
-- reverse: create index "dwelling_rooms_idx" to table: "dwelling"
DROP INDEX "dwelling_rooms_idx";
-- reverse: create index "dwelling_typology_idx" to table: "dwelling"
DROP INDEX "dwelling_typology_idx";
-- reverse: create index "dwelling_commune_typology_surface_idx" to table: "dwelling"
DROP INDEX "dwelling_commune_typology_surface_idx";
-- reverse: create index "dwelling_commune_idx" to table: "dwelling"
DROP INDEX "dwelling_commune_idx";
-- reverse: create index "dwelling_building_idx" to table: "dwelling"
DROP INDEX "dwelling_building_idx";
-- reverse: create "dwelling" table
DROP TABLE "dwelling";
-- reverse: create index "building_absent_idx" to table: "building"
DROP INDEX "building_absent_idx";
-- reverse: create index "building_commune_id_idx" to table: "building"
DROP INDEX "building_commune_id_idx";
-- reverse: create index "building_district_idx" to table: "building"
DROP INDEX "building_district_idx";
-- reverse: create index "building_place_idx" to table: "building"
DROP INDEX "building_place_idx";
-- reverse: create index "building_commune_dwelling_count_idx" to table: "building"
DROP INDEX "building_commune_dwelling_count_idx";
-- reverse: create index "building_dwelling_count_idx" to table: "building"
DROP INDEX "building_dwelling_count_idx";
-- reverse: create index "building_address_idx" to table: "building"
DROP INDEX "building_address_idx";
-- reverse: create index "building_commune_address_idx" to table: "building"
DROP INDEX "building_commune_address_idx";
-- reverse: create index "building_commune_idx" to table: "building"
DROP INDEX "building_commune_idx";
-- reverse: create "building" table
DROP TABLE "building";
-- reverse: create index "stock_vintage_current_key" to table: "stock_vintage"
DROP INDEX "stock_vintage_current_key";
-- reverse: create index "stock_vintage_stated_on_key" to table: "stock_vintage"
DROP INDEX "stock_vintage_stated_on_key";
-- reverse: create index "stock_vintage_previous_id_key" to table: "stock_vintage"
DROP INDEX "stock_vintage_previous_id_key";
-- reverse: create "stock_vintage" table
DROP TABLE "stock_vintage";
