-- +goose Up
-- create "named_agent" table
CREATE TABLE "named_agent" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "valid_from" date NOT NULL, "valid_until" date NULL, "application_id" character varying NOT NULL, "person_id" character varying NOT NULL, "organisation_id" character varying NOT NULL, "proposed_by_id" character varying NOT NULL, "confirmed_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "named_agent_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "named_agent_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "named_agent_organisation_organisation" FOREIGN KEY ("organisation_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "named_agent_person_proposed_by" FOREIGN KEY ("proposed_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "named_agent_person_confirmed_by" FOREIGN KEY ("confirmed_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "named_agent_period_check" CHECK (valid_until > valid_from), CONSTRAINT "named_agent_second_check" CHECK (confirmed_by_id <> proposed_by_id AND confirmed_by_id <> person_id));
-- create index "named_agent_application_person_key" to table: "named_agent"
CREATE UNIQUE INDEX "named_agent_application_person_key" ON "named_agent" ("application_id", "person_id");

-- +goose Down
-- reverse: create index "named_agent_application_person_key" to table: "named_agent"
DROP INDEX "named_agent_application_person_key";
-- reverse: create "named_agent" table
DROP TABLE "named_agent";
