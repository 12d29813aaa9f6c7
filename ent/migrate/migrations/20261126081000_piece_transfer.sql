-- +goose Up
-- create "piece_transfer" table
CREATE TABLE "piece_transfer" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "state" character varying NOT NULL DEFAULT 'TO_SEND', "rejected_for" character varying NULL, "due_on" date NOT NULL, "sent_at" timestamptz NULL, "settled_at" timestamptz NULL, "reference" character varying NOT NULL, "receipt" character varying NOT NULL DEFAULT '', "tries" bigint NOT NULL DEFAULT 0, "next_try" timestamptz NOT NULL, "piece_id" character varying NOT NULL, "application_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "piece_transfer_piece_transfer" FOREIGN KEY ("piece_id") REFERENCES "piece" ("id") ON DELETE NO ACTION, CONSTRAINT "piece_transfer_application_application" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "piece_transfer_rejected_check" CHECK ((rejected_for IS NULL) = (state <> 'REJECTED')), CONSTRAINT "piece_transfer_sent_check" CHECK ((sent_at IS NULL) = (state = 'TO_SEND')), CONSTRAINT "piece_transfer_settled_check" CHECK ((settled_at IS NULL) = (state IN ('TO_SEND', 'SENT'))), CONSTRAINT "piece_transfer_state_check" CHECK (state IN ('TO_SEND', 'SENT', 'ACKNOWLEDGED', 'REJECTED')));
-- create index "piece_transfer_piece_id_key" to table: "piece_transfer"
CREATE UNIQUE INDEX "piece_transfer_piece_id_key" ON "piece_transfer" ("piece_id");
-- create index "piece_transfer_waiting_idx" to table: "piece_transfer"
CREATE INDEX "piece_transfer_waiting_idx" ON "piece_transfer" ("id") WHERE (state)::text = 'TO_SEND'::text;
-- create index "piece_transfer_open_idx" to table: "piece_transfer"
CREATE INDEX "piece_transfer_open_idx" ON "piece_transfer" ("piece_id", "due_on") WHERE (state)::text <> 'ACKNOWLEDGED'::text;
-- create index "piece_transfer_reference_key" to table: "piece_transfer"
CREATE UNIQUE INDEX "piece_transfer_reference_key" ON "piece_transfer" ("reference");
-- create index "piece_transfer_application_idx" to table: "piece_transfer"
CREATE INDEX "piece_transfer_application_idx" ON "piece_transfer" ("application_id");
-- What was given before has its way as well. The time in an identifier is that of the piece.
INSERT INTO piece_transfer (id, piece_id, application_id, due_on, reference, next_try)
SELECT 'ptr_' || substr(p.id, 5), p.id, p.application_id, (p.deposited_at AT TIME ZONE 'Europe/Paris')::date + 15,
	upper(substr(md5(gen_random_uuid()::text), 1, 26)), p.deposited_at
FROM piece p JOIN piece_file f ON f.piece_id = p.id
WHERE p.scan = 'CLEAN' AND p.state <> 'REFUSED';

-- +goose Down
-- reverse: create index "piece_transfer_application_idx" to table: "piece_transfer"
DROP INDEX "piece_transfer_application_idx";
-- reverse: create index "piece_transfer_reference_key" to table: "piece_transfer"
DROP INDEX "piece_transfer_reference_key";
-- reverse: create index "piece_transfer_open_idx" to table: "piece_transfer"
DROP INDEX "piece_transfer_open_idx";
-- reverse: create index "piece_transfer_waiting_idx" to table: "piece_transfer"
DROP INDEX "piece_transfer_waiting_idx";
-- reverse: create index "piece_transfer_piece_id_key" to table: "piece_transfer"
DROP INDEX "piece_transfer_piece_id_key";
-- reverse: create "piece_transfer" table
DROP TABLE "piece_transfer";
