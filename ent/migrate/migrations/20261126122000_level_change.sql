-- Requests for another level of service, and the answers.

-- +goose Up
-- create "level_change" table
CREATE TABLE "level_change" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "level" bigint NOT NULL, "means" character varying NOT NULL, "wanted_from" date NOT NULL, "requested_on" date NOT NULL, "state" character varying NOT NULL, "answered_on" date NULL, "granted_from" date NULL, "refused_for" character varying NULL, "reception_point_id" character varying NOT NULL, "organisation_id" character varying NOT NULL, "requested_by_id" character varying NOT NULL, "answered_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "level_change_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "level_change_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "level_change_person_requested_by" FOREIGN KEY ("requested_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "level_change_person_answered_by" FOREIGN KEY ("answered_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "level_change_answered_check" CHECK ((answered_on IS NULL) = (state = 'REQUESTED') AND (answered_on IS NULL) = (answered_by_id IS NULL)), CONSTRAINT "level_change_granted_check" CHECK ((granted_from IS NOT NULL) = (state = 'GRANTED')), CONSTRAINT "level_change_level_check" CHECK (level BETWEEN 1 AND 3), CONSTRAINT "level_change_refused_check" CHECK ((refused_for IS NOT NULL) = (state = 'REFUSED')), CONSTRAINT "level_change_second_check" CHECK (answered_by_id <> requested_by_id));
-- create index "level_change_open_key" to table: "level_change"
CREATE UNIQUE INDEX "level_change_open_key" ON "level_change" ("reception_point_id") WHERE (state)::text = 'REQUESTED'::text;
-- create index "level_change_point_idx" to table: "level_change"
CREATE INDEX "level_change_point_idx" ON "level_change" ("reception_point_id", "id");

-- +goose Down
-- reverse: create index "level_change_point_idx" to table: "level_change"
DROP INDEX "level_change_point_idx";
-- reverse: create index "level_change_open_key" to table: "level_change"
DROP INDEX "level_change_open_key";
-- reverse: create "level_change" table
DROP TABLE "level_change";
