-- Messages to applicants, appointments that are offered, feeds of calendars, and what people
-- thought of their appointments.

-- +goose Up
-- create "appointment_offer" table
CREATE TABLE "appointment_offer" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "motive" character varying NOT NULL, "offered_on" date NOT NULL, "book_by" date NOT NULL, "declined_on" date NULL, "appointment_state" character varying NULL, "application_id" character varying NOT NULL, "appointment_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "appointment_offer_application_appointment_offers" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "appointment_offer_appointment_appointment" FOREIGN KEY ("appointment_id") REFERENCES "appointment" ("id") ON DELETE SET NULL, CONSTRAINT "appointment_offer_appointment_check" CHECK ((appointment_id IS NULL) = (appointment_state IS NULL)));
-- create index "appointment_offer_application_key" to table: "appointment_offer"
CREATE UNIQUE INDEX "appointment_offer_application_key" ON "appointment_offer" ("application_id", "offered_on", "motive");
-- create index "appointment_offer_appointment_idx" to table: "appointment_offer"
CREATE INDEX "appointment_offer_appointment_idx" ON "appointment_offer" ("appointment_id");
-- create "calendar_feed" table
CREATE TABLE "calendar_feed" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "label" character varying NOT NULL, "hash" bytea NOT NULL, "opened_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "person_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "calendar_feed_person_person" FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE NO ACTION);
-- create index "calendar_feed_hash_key" to table: "calendar_feed"
CREATE UNIQUE INDEX "calendar_feed_hash_key" ON "calendar_feed" ("hash");
-- create index "calendar_feed_person_idx" to table: "calendar_feed"
CREATE INDEX "calendar_feed_person_idx" ON "calendar_feed" ("person_id");
-- create "message" table
CREATE TABLE "message" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "kind" character varying NOT NULL, "state" character varying NOT NULL DEFAULT 'TO_SEND', "channel" character varying NULL, "sensitive" boolean NOT NULL DEFAULT false, "former_contact" character varying NOT NULL DEFAULT '', "about" timestamptz NOT NULL, "due_at" timestamptz NOT NULL, "worthless_at" timestamptz NOT NULL, "settled_at" timestamptz NULL, "tries" bigint NOT NULL DEFAULT 0, "next_try" timestamptz NOT NULL, "application_id" character varying NOT NULL, "appointment_id" character varying NULL, "reception_point_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "message_application_messages" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "message_appointment_appointment" FOREIGN KEY ("appointment_id") REFERENCES "appointment" ("id") ON DELETE SET NULL, CONSTRAINT "message_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "message_channel_check" CHECK (channel IS NOT NULL OR state NOT IN ('SENT', 'REFUSED')), CONSTRAINT "message_former_check" CHECK (state = 'TO_SEND' OR former_contact = ''), CONSTRAINT "message_settled_check" CHECK ((settled_at IS NULL) = (state = 'TO_SEND')));
-- create index "message_application_idx" to table: "message"
CREATE INDEX "message_application_idx" ON "message" ("application_id", "due_at");
-- create index "message_waiting_idx" to table: "message"
CREATE INDEX "message_waiting_idx" ON "message" ("next_try", "id") WHERE (state)::text = 'TO_SEND'::text;
-- create "satisfaction_answer" table
CREATE TABLE "satisfaction_answer" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "month" date NOT NULL, "hash" bytea NULL, "overall" bigint NULL, "clarity" bigint NULL, "waiting" bigint NULL, "reception_point_id" character varying NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "satisfaction_answer_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "satisfaction_answer_given_check" CHECK ((overall IS NULL) = (hash IS NOT NULL)));
-- create index "satisfaction_answer_hash_key" to table: "satisfaction_answer"
CREATE UNIQUE INDEX "satisfaction_answer_hash_key" ON "satisfaction_answer" ("hash");
-- create index "satisfaction_answer_point_idx" to table: "satisfaction_answer"
CREATE INDEX "satisfaction_answer_point_idx" ON "satisfaction_answer" ("reception_point_id", "month");

-- +goose Down
-- reverse: create index "satisfaction_answer_point_idx" to table: "satisfaction_answer"
DROP INDEX "satisfaction_answer_point_idx";
-- reverse: create index "satisfaction_answer_hash_key" to table: "satisfaction_answer"
DROP INDEX "satisfaction_answer_hash_key";
-- reverse: create "satisfaction_answer" table
DROP TABLE "satisfaction_answer";
-- reverse: create index "message_waiting_idx" to table: "message"
DROP INDEX "message_waiting_idx";
-- reverse: create index "message_application_idx" to table: "message"
DROP INDEX "message_application_idx";
-- reverse: create "message" table
DROP TABLE "message";
-- reverse: create index "calendar_feed_person_idx" to table: "calendar_feed"
DROP INDEX "calendar_feed_person_idx";
-- reverse: create index "calendar_feed_hash_key" to table: "calendar_feed"
DROP INDEX "calendar_feed_hash_key";
-- reverse: create "calendar_feed" table
DROP TABLE "calendar_feed";
-- reverse: create index "appointment_offer_appointment_idx" to table: "appointment_offer"
DROP INDEX "appointment_offer_appointment_idx";
-- reverse: create index "appointment_offer_application_key" to table: "appointment_offer"
DROP INDEX "appointment_offer_application_key";
-- reverse: create "appointment_offer" table
DROP TABLE "appointment_offer";
