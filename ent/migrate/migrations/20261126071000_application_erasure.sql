-- What was rejected and not deposited again, and what was merged with another one, is
-- erased as well: nobody needs it any more.

-- +goose Up
ALTER TABLE application DROP CONSTRAINT application_removed_check;
ALTER TABLE application ADD CONSTRAINT application_removed_check CHECK (
    state = 'ERASED' OR (removed_on IS NOT NULL) = (state = 'REMOVED'));
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION application_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN (
    'DRAFT PENDING_VALIDATION',
    'PENDING_VALIDATION ACTIVE', 'PENDING_VALIDATION REJECTED', 'REJECTED PENDING_VALIDATION',
    'ACTIVE REMOVED', 'REMOVED ACTIVE',
    'PENDING_VALIDATION MERGED', 'ACTIVE MERGED', 'MERGED PENDING_VALIDATION', 'MERGED ACTIVE',
    'REMOVED ERASED', 'REJECTED ERASED', 'MERGED ERASED'
  ) THEN
    RAISE EXCEPTION 'an application does not go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_life';
  END IF;
  IF NEW.unique_number IS DISTINCT FROM OLD.unique_number AND OLD.unique_number IS NOT NULL AND NEW.state <> 'ERASED' THEN
    RAISE EXCEPTION 'an application keeps its number' USING ERRCODE = 'check_violation', CONSTRAINT = 'application_life';
  END IF;
  IF NEW.registered_on <> OLD.registered_on THEN
    RAISE EXCEPTION 'an application keeps the day of its first deposit'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_life';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION application_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN (
    'DRAFT PENDING_VALIDATION',
    'PENDING_VALIDATION ACTIVE', 'PENDING_VALIDATION REJECTED', 'REJECTED PENDING_VALIDATION',
    'ACTIVE REMOVED', 'REMOVED ACTIVE', 'REMOVED ERASED',
    'PENDING_VALIDATION MERGED', 'ACTIVE MERGED', 'MERGED PENDING_VALIDATION', 'MERGED ACTIVE'
  ) THEN
    RAISE EXCEPTION 'an application does not go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_life';
  END IF;
  IF NEW.unique_number IS DISTINCT FROM OLD.unique_number AND OLD.unique_number IS NOT NULL AND NEW.state <> 'ERASED' THEN
    RAISE EXCEPTION 'an application keeps its number' USING ERRCODE = 'check_violation', CONSTRAINT = 'application_life';
  END IF;
  IF NEW.registered_on <> OLD.registered_on THEN
    RAISE EXCEPTION 'an application keeps the day of its first deposit'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_life';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
ALTER TABLE application DROP CONSTRAINT application_removed_check;
ALTER TABLE application ADD CONSTRAINT application_removed_check CHECK ((removed_on IS NULL) = (state NOT IN ('REMOVED', 'ERASED')));
