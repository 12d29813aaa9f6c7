-- What messages cost is told when the messages are gone: a count of a month knows nobody.

-- +goose Up
-- create "message_count" table
CREATE TABLE "message_count" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "month" date NOT NULL, "channel" character varying NOT NULL, "kind" character varying NOT NULL, "messages" bigint NOT NULL, "units" bigint NOT NULL, "cost" bigint NOT NULL, "reception_point_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "message_count_reception_point_reception_point" FOREIGN KEY ("reception_point_id") REFERENCES "reception_point" ("id") ON DELETE SET NULL, CONSTRAINT "message_count_messages_check" CHECK (messages > 0 AND units >= messages AND cost >= 0), CONSTRAINT "message_count_month_check" CHECK (extract(day FROM month) = 1));
-- create index "message_count_month_idx" to table: "message_count"
CREATE INDEX "message_count_month_idx" ON "message_count" ("month", "reception_point_id");

-- +goose Down
-- reverse: create index "message_count_month_idx" to table: "message_count"
DROP INDEX "message_count_month_idx";
-- reverse: create "message_count" table
DROP TABLE "message_count";
