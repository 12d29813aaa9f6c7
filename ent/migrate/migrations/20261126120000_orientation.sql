-- Applicants who are sent to a point of level 3, and the way back.

-- +goose Up
-- create "orientation" table
CREATE TABLE "orientation" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL DEFAULT (CURRENT_TIMESTAMP), "organisation_id" character varying NOT NULL, "reason" character varying NOT NULL, "state" character varying NOT NULL, "sent_at" timestamptz NOT NULL, "accepted_at" timestamptz NULL, "appointment_set_at" timestamptz NULL, "received_at" timestamptz NULL, "ended_at" timestamptz NULL, "declined_for" character varying NULL, "outcome" character varying NULL, "due_on" date NULL, "seen_until" timestamptz NULL, "application_id" character varying NOT NULL, "from_point_id" character varying NOT NULL, "to_point_id" character varying NOT NULL, "sent_by_id" character varying NOT NULL, "accepted_by_id" character varying NULL, PRIMARY KEY ("id"), CONSTRAINT "orientation_application_orientations" FOREIGN KEY ("application_id") REFERENCES "application" ("id") ON DELETE NO ACTION, CONSTRAINT "orientation_reception_point_from_point" FOREIGN KEY ("from_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "orientation_reception_point_to_point" FOREIGN KEY ("to_point_id") REFERENCES "reception_point" ("id") ON DELETE NO ACTION, CONSTRAINT "orientation_person_sent_by" FOREIGN KEY ("sent_by_id") REFERENCES "person" ("id") ON DELETE NO ACTION, CONSTRAINT "orientation_person_accepted_by" FOREIGN KEY ("accepted_by_id") REFERENCES "person" ("id") ON DELETE SET NULL, CONSTRAINT "orientation_accepted_check" CHECK ((accepted_at IS NULL) = (accepted_by_id IS NULL)), CONSTRAINT "orientation_declined_check" CHECK ((declined_for IS NOT NULL) = (state = 'DECLINED')), CONSTRAINT "orientation_ended_check" CHECK ((ended_at IS NULL) = (state IN ('SENT', 'ACCEPTED', 'APPOINTMENT_SET', 'RECEIVED')) AND (ended_at IS NULL) = (due_on IS NOT NULL)), CONSTRAINT "orientation_outcome_check" CHECK ((outcome IS NOT NULL) = (state = 'REPORTED_BACK')), CONSTRAINT "orientation_points_check" CHECK (from_point_id <> to_point_id), CONSTRAINT "orientation_second_check" CHECK (accepted_by_id <> sent_by_id), CONSTRAINT "orientation_seen_check" CHECK ((seen_until IS NOT NULL) = (accepted_at IS NOT NULL AND ended_at IS NOT NULL)));
-- create index "orientation_open_key" to table: "orientation"
CREATE UNIQUE INDEX "orientation_open_key" ON "orientation" ("application_id", "from_point_id") WHERE ended_at IS NULL;
-- create index "orientation_application_idx" to table: "orientation"
CREATE INDEX "orientation_application_idx" ON "orientation" ("application_id");
-- create index "orientation_from_point_idx" to table: "orientation"
CREATE INDEX "orientation_from_point_idx" ON "orientation" ("from_point_id", "id");
-- create index "orientation_to_point_idx" to table: "orientation"
CREATE INDEX "orientation_to_point_idx" ON "orientation" ("to_point_id", "id");
-- The steps of an orientation, as domain.Orientation takes them: no other is taken, whoever
-- writes. When it was accepted never changes.
-- +goose StatementBegin
CREATE FUNCTION orientation_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN (
    'SENT ACCEPTED', 'SENT DECLINED', 'SENT WITHDRAWN', 'SENT LAPSED',
    'ACCEPTED APPOINTMENT_SET', 'ACCEPTED RECEIVED', 'ACCEPTED REPORTED_BACK', 'ACCEPTED DECLINED', 'ACCEPTED WITHDRAWN', 'ACCEPTED LAPSED',
    'APPOINTMENT_SET RECEIVED', 'APPOINTMENT_SET REPORTED_BACK', 'APPOINTMENT_SET DECLINED', 'APPOINTMENT_SET WITHDRAWN', 'APPOINTMENT_SET LAPSED',
    'RECEIVED REPORTED_BACK', 'RECEIVED LAPSED'
  ) THEN
    RAISE EXCEPTION 'an orientation does not go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'orientation_step';
  END IF;
  IF OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at THEN
    RAISE EXCEPTION 'an orientation is accepted once' USING ERRCODE = 'check_violation', CONSTRAINT = 'orientation_step';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER orientation_step BEFORE UPDATE ON orientation FOR EACH ROW EXECUTE FUNCTION orientation_step();
-- a read of the record takes one processor, see 20261125230000_record_processor.sql
ALTER TABLE "orientation" SET (parallel_workers = 0);

-- +goose Down
DROP TRIGGER orientation_step ON orientation;
DROP FUNCTION orientation_step();
-- reverse: create index "orientation_to_point_idx" to table: "orientation"
DROP INDEX "orientation_to_point_idx";
-- reverse: create index "orientation_from_point_idx" to table: "orientation"
DROP INDEX "orientation_from_point_idx";
-- reverse: create index "orientation_application_idx" to table: "orientation"
DROP INDEX "orientation_application_idx";
-- reverse: create index "orientation_open_key" to table: "orientation"
DROP INDEX "orientation_open_key";
-- reverse: create "orientation" table
DROP TABLE "orientation";
