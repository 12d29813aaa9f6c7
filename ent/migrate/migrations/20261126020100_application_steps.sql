-- +goose Up
-- The steps of an application's life, as domain.Life takes them: no other is taken,
-- whoever writes. The number and the day of the first deposit never change, but that the
-- number goes with what is personal.
-- +goose StatementBegin
CREATE FUNCTION application_life() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER application_life BEFORE UPDATE ON application FOR EACH ROW EXECUTE FUNCTION application_life();
-- +goose StatementBegin
CREATE FUNCTION application_first_deposit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an application keeps the day of its first deposit'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'application_life';
END $$;
-- +goose StatementEnd
CREATE TRIGGER application_first_deposit BEFORE UPDATE ON application_summary FOR EACH ROW
  WHEN (NEW.registered_on <> OLD.registered_on) EXECUTE FUNCTION application_first_deposit();


-- +goose Down
DROP TRIGGER application_first_deposit ON application_summary;
DROP FUNCTION application_first_deposit();
DROP TRIGGER application_life ON application;
DROP FUNCTION application_life();
