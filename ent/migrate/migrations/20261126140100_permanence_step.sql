-- Hand-written: a permanence goes from one state to another as domain.Permanence says. The
-- equality test of the migrations lists each of these objects by name.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION permanence_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN (
    'REQUESTED PLANNED', 'REQUESTED DECLINED', 'REQUESTED CANCELLED',
    'PLANNED STAFFED', 'PLANNED CANCELLED', 'STAFFED HELD', 'STAFFED CANCELLED'
  ) THEN
    RAISE EXCEPTION 'a permanence does not go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'permanence_step';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER permanence_step BEFORE UPDATE ON permanence FOR EACH ROW EXECUTE FUNCTION permanence_step();

-- +goose Down
DROP TRIGGER permanence_step ON permanence;
DROP FUNCTION permanence_step();
