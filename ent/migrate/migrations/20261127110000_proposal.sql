-- Proposals of dwellings: what a landlord puts forward, what its commission decides, what the
-- candidate answers.

-- +goose Up
-- create "proposal" table
CREATE TABLE "proposal" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "moved_from_id" character varying NULL, "state" character varying NOT NULL, "put_forward_on" date NOT NULL, "decision" character varying NULL, "rank" bigint NULL, "decided_on" date NULL, "answered_on" date NULL, "refused_for" character varying NULL, "withdrawn_on" date NULL, "application_id" character varying NOT NULL, "dwelling_id" character varying NULL, "landlord_id" character varying NOT NULL, "put_forward_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "proposal_application_proposals" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "proposal_dwelling_dwelling" FOREIGN KEY ("dwelling_id") REFERENCES "dwelling" ("id") ON DELETE SET NULL, CONSTRAINT "proposal_organisation_landlord" FOREIGN KEY ("landlord_id") REFERENCES "organisation" ("id") ON DELETE NO ACTION, CONSTRAINT "proposal_person_put_forward_by" FOREIGN KEY ("put_forward_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "proposal_answered_check" CHECK ((answered_on IS NOT NULL) = (state IN ('ACCEPTED', 'REFUSED'))), CONSTRAINT "proposal_decision_check" CHECK ((decision IS NULL) = (decided_on IS NULL)), CONSTRAINT "proposal_order_check" CHECK (decided_on >= put_forward_on AND answered_on >= put_forward_on), CONSTRAINT "proposal_rank_check" CHECK ((rank IS NOT NULL) = (decision IS NOT NULL AND decision = 'RANKED') AND rank BETWEEN 1 AND 20), CONSTRAINT "proposal_refused_check" CHECK ((refused_for IS NOT NULL) = (state = 'REFUSED')), CONSTRAINT "proposal_retained_check" CHECK (state NOT IN ('RETAINED', 'NOT_RETAINED', 'ACCEPTED') OR decision IS NOT NULL), CONSTRAINT "proposal_withdrawn_check" CHECK ((withdrawn_on IS NOT NULL) = (state = 'WITHDRAWN')));
-- create index "proposal_application_idx" to table: "proposal"
CREATE INDEX "proposal_application_idx" ON "proposal" ("application_id", "put_forward_on");
-- create index "proposal_dwelling_idx" to table: "proposal"
CREATE INDEX "proposal_dwelling_idx" ON "proposal" ("dwelling_id");
-- create index "proposal_refused_idx" to table: "proposal"
CREATE INDEX "proposal_refused_idx" ON "proposal" ("answered_on", "application_id") WHERE refused_for IS NOT NULL;

-- +goose Down
-- reverse: create index "proposal_refused_idx" to table: "proposal"
DROP INDEX "proposal_refused_idx";
-- reverse: create index "proposal_dwelling_idx" to table: "proposal"
DROP INDEX "proposal_dwelling_idx";
-- reverse: create index "proposal_application_idx" to table: "proposal"
DROP INDEX "proposal_application_idx";
-- reverse: create "proposal" table
DROP TABLE "proposal";
