-- The employers whose employees Action Logement houses, and an index that finds who works for
-- one of them.

-- +goose Up
-- create "contributing_employer" table
CREATE TABLE "contributing_employer" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "siret" character varying NOT NULL, "name" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'PROPOSED', "proposed_on" date NOT NULL, "confirmed_on" date NULL, "withdrawn_on" date NULL, "proposed_by_id" character varying NOT NULL, "confirmed_by_id" character varying NULL, "withdrawn_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "contributing_employer_person_proposed_by" FOREIGN KEY ("proposed_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "contributing_employer_person_confirmed_by" FOREIGN KEY ("confirmed_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "contributing_employer_person_withdrawn_by" FOREIGN KEY ("withdrawn_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "contributing_employer_confirmed_check" CHECK ((confirmed_on IS NULL) = (confirmed_by_id IS NULL) AND (state <> 'CONFIRMED' OR confirmed_on IS NOT NULL) AND (state <> 'PROPOSED' OR confirmed_on IS NULL)), CONSTRAINT "contributing_employer_second_check" CHECK (confirmed_by_id <> proposed_by_id), CONSTRAINT "contributing_employer_withdrawn_check" CHECK ((withdrawn_on IS NOT NULL) = (state = 'WITHDRAWN') AND (withdrawn_on IS NULL) = (withdrawn_by_id IS NULL)));
-- create index "contributing_employer_siret_key" to table: "contributing_employer"
CREATE UNIQUE INDEX "contributing_employer_siret_key" ON "contributing_employer" ("siret") WHERE (state)::text <> 'WITHDRAWN'::text;
-- who works for an employer: Ent has no index on an expression
CREATE INDEX "member_particulars_employer_idx" ON "member_particulars" ((work->>'employerSiret')) WHERE (work->>'employerSiret') IS NOT NULL;

-- +goose Down
DROP INDEX "member_particulars_employer_idx";
-- reverse: create index "contributing_employer_siret_key" to table: "contributing_employer"
DROP INDEX "contributing_employer_siret_key";
-- reverse: create "contributing_employer" table
DROP TABLE "contributing_employer";
