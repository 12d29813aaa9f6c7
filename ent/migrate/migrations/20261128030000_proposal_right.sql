-- A proposal may be under a reservation right: whose it was, and whether its holder designated
-- the candidate, since that opens the application to the other one of the two.

-- +goose Up
-- modify "proposal" table
ALTER TABLE "proposal" ADD CONSTRAINT "proposal_designated_check" CHECK (NOT designated OR reservataire_id IS NOT NULL), ADD CONSTRAINT "proposal_right_check" CHECK (reservation_right_id IS NULL OR reservataire_id IS NOT NULL), ADD COLUMN "designated" boolean NOT NULL DEFAULT false, ADD COLUMN "reservation_right_id" character varying NULL, ADD COLUMN "reservataire_id" character varying NULL, ADD CONSTRAINT "proposal_reservation_right_reservation_right" FOREIGN KEY ("reservation_right_id") REFERENCES "reservation_right" ("id") ON DELETE SET NULL, ADD CONSTRAINT "proposal_organisation_reservataire" FOREIGN KEY ("reservataire_id") REFERENCES "organisation" ("id") ON DELETE SET NULL;

-- +goose Down
-- reverse: modify "proposal" table
ALTER TABLE "proposal" DROP CONSTRAINT "proposal_right_check", DROP CONSTRAINT "proposal_designated_check", DROP CONSTRAINT "proposal_organisation_reservataire", DROP CONSTRAINT "proposal_reservation_right_reservation_right", DROP COLUMN "reservataire_id", DROP COLUMN "reservation_right_id", DROP COLUMN "designated";
