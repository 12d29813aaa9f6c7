-- +goose Up
-- create "upload" table
CREATE TABLE "upload" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "ticket" bytea NOT NULL, "caller" bytea NOT NULL, "size" bigint NOT NULL, "media_type" character varying NOT NULL, "sha256" character varying NOT NULL, "expires_at" timestamptz NOT NULL, "received" bigint NOT NULL DEFAULT 0, "parts" jsonb NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "upload_received_check" CHECK (received <= size));
-- create index "upload_ticket_key" to table: "upload"
CREATE UNIQUE INDEX "upload_ticket_key" ON "upload" ("ticket");
-- create index "upload_caller_idx" to table: "upload"
CREATE INDEX "upload_caller_idx" ON "upload" ("caller");
-- create index "upload_expires_idx" to table: "upload"
CREATE INDEX "upload_expires_idx" ON "upload" ("expires_at");
-- create "deposit" table
CREATE TABLE "deposit" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "caller" bytea NOT NULL, "person_id" character varying NULL, "kind" character varying NOT NULL, "sha256" character varying NOT NULL, "pages" bigint NOT NULL, "deposited_at" timestamptz NOT NULL, "unique_number" character varying NULL, "waiting" jsonb NULL, "reception_point_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "deposit_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "deposit_waiting_check" CHECK ((unique_number IS NULL) = (waiting IS NULL)));
-- create index "deposit_caller_idx" to table: "deposit"
CREATE INDEX "deposit_caller_idx" ON "deposit" ("caller", "id");
-- create index "deposit_waiting_idx" to table: "deposit"
CREATE INDEX "deposit_waiting_idx" ON "deposit" ("id") WHERE unique_number IS NOT NULL;
-- create "piece" table
CREATE TABLE "piece" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "kind" character varying NOT NULL, "sensitive" boolean NOT NULL, "state" character varying NOT NULL DEFAULT 'DEPOSITED', "refused_for" character varying NULL, "due_on" date NULL, "issued_on" date NULL, "expires_on" date NULL, "scan" character varying NOT NULL DEFAULT 'PENDING', "deposited_at" timestamptz NOT NULL, "application_id" character varying NOT NULL, "deposited_by_id" character varying NULL, "reception_point_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "piece_application_pieces" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "piece_person_deposited_by" FOREIGN KEY ("deposited_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "piece_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "piece_accepted_check" CHECK (state <> 'ACCEPTED' OR scan = 'CLEAN'), CONSTRAINT "piece_due_check" CHECK (due_on IS NULL OR state = 'REFUSED'), CONSTRAINT "piece_infected_check" CHECK (scan <> 'INFECTED' OR refused_for = 'INFECTED'), CONSTRAINT "piece_refused_check" CHECK ((refused_for IS NULL) = (state <> 'REFUSED')), CONSTRAINT "piece_state_check" CHECK (state IN ('DEPOSITED', 'ACCEPTED', 'REFUSED')));
-- create index "piece_application_idx" to table: "piece"
CREATE INDEX "piece_application_idx" ON "piece" ("application_id", "id");
-- create index "piece_pending_idx" to table: "piece"
CREATE INDEX "piece_pending_idx" ON "piece" ("id") WHERE scan = 'PENDING';
-- create "piece_file" table
CREATE TABLE "piece_file" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "application_id" character varying NOT NULL, "name" character varying NOT NULL, "size" bigint NOT NULL, "sha256" character varying NOT NULL, "media_type" character varying NOT NULL, "pages" bigint NOT NULL, "piece_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "piece_file_piece_file" FOREIGN KEY ("piece_id") REFERENCES "piece" ("id") ON DELETE NO ACTION);
-- create index "piece_file_piece_id_key" to table: "piece_file"
CREATE UNIQUE INDEX "piece_file_piece_id_key" ON "piece_file" ("piece_id");
-- create index "piece_file_name_key" to table: "piece_file"
CREATE UNIQUE INDEX "piece_file_name_key" ON "piece_file" ("name");
-- create "piece_member" table
CREATE TABLE "piece_member" ("piece_id" character varying NOT NULL, "household_member_id" character varying NOT NULL, PRIMARY KEY ("piece_id", "household_member_id"), CONSTRAINT "piece_member_piece_id" FOREIGN KEY ("piece_id") REFERENCES "piece" ("id") ON DELETE CASCADE, CONSTRAINT "piece_member_household_member_id" FOREIGN KEY ("household_member_id") REFERENCES "household_member" ("id") ON DELETE CASCADE);

-- +goose Down
-- reverse: create "piece_member" table
DROP TABLE "piece_member";
-- reverse: create index "piece_file_name_key" to table: "piece_file"
DROP INDEX "piece_file_name_key";
-- reverse: create index "piece_file_piece_id_key" to table: "piece_file"
DROP INDEX "piece_file_piece_id_key";
-- reverse: create "piece_file" table
DROP TABLE "piece_file";
-- reverse: create index "piece_pending_idx" to table: "piece"
DROP INDEX "piece_pending_idx";
-- reverse: create index "piece_application_idx" to table: "piece"
DROP INDEX "piece_application_idx";
-- reverse: create "piece" table
DROP TABLE "piece";
-- reverse: create index "deposit_waiting_idx" to table: "deposit"
DROP INDEX "deposit_waiting_idx";
-- reverse: create index "deposit_caller_idx" to table: "deposit"
DROP INDEX "deposit_caller_idx";
-- reverse: create "deposit" table
DROP TABLE "deposit";
-- reverse: create index "upload_expires_idx" to table: "upload"
DROP INDEX "upload_expires_idx";
-- reverse: create index "upload_caller_idx" to table: "upload"
DROP INDEX "upload_caller_idx";
-- reverse: create index "upload_ticket_key" to table: "upload"
DROP INDEX "upload_ticket_key";
-- reverse: create "upload" table
DROP TABLE "upload";
