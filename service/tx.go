package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// attempts bounds how often a transaction is played again.
const attempts = 3

// inTx runs the use case in one transaction that ends before the answer is
// resolved. What the database refuses for reasons of concurrency is played again,
// here and nowhere else; what a named constraint refuses becomes a refusal.
func (s *Service) inTx(ctx context.Context, use func(*ent.Tx) error) error {
	var err error
	for range attempts {
		if err = s.once(ctx, nil, use); !transient(err) {
			break
		}
	}
	return refusalOf(err)
}

// inSnapshot reads what one instant looked like, without a lock.
func (s *Service) inSnapshot(ctx context.Context, use func(*ent.Tx) error) error {
	return s.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, use)
}

func (s *Service) once(ctx context.Context, options *sql.TxOptions, use func(*ent.Tx) error) error {
	tx, err := s.ent.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := use(tx); err != nil {
		// The first error says why; a failed rollback adds nothing to it.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// transient tells an error that another try may not meet: serialisation failure,
// deadlock, and a prepared statement made stale by a change of the schema.
func transient(err error) bool {
	var refused *pq.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case "40001", "40P01", "0A000", "26000":
		return true
	}
	return false
}

// constraints says what a named constraint of the database means to the caller.
// A constraint that no input of a caller can break is not in it: breaking it is
// our mistake, and stays an internal error.
var constraints = map[string]domain.Refusal{
	"agreement_no_overlap": {
		Code: domain.Overlap,
		Message: domain.Text{
			EN: "Another agreement of the reception point is in force in this period.",
			FR: "Une autre convention du guichet est en vigueur sur cette période.",
		},
		Help: domain.Text{EN: "End that one first.", FR: "Y mettre d'abord fin."},
	},
	"opening_hours_weekly_no_overlap": {
		Code: domain.Overlap,
		Message: domain.Text{
			EN: "Another weekly rule of the same weekday is valid in this period.",
			FR: "Une autre règle hebdomadaire du même jour est valable sur cette période.",
		},
		Help: domain.Text{EN: "End that one first.", FR: "Y mettre d'abord fin."},
	},
	"opening_hours_exception_no_overlap": {
		Code:  domain.Overlap,
		Field: []string{"from"},
		Message: domain.Text{
			EN: "Another exception of the reception point covers some of these days.",
			FR: "Une autre exception du guichet couvre une partie de ces jours.",
		},
		Help: domain.Text{
			EN: "To replace the exception of exactly this period send its version; otherwise withdraw the other one first.",
			FR: "Pour remplacer l'exception de cette période exacte, envoyer sa version ; sinon retirer d'abord l'autre.",
		},
	},
	"assignment_no_overlap": {
		Code:  domain.Overlap,
		Field: []string{"validFrom"},
		Message: domain.Text{
			EN: "The person is assigned, or proposed, to this role of the organisation on some of these days.",
			FR: "La personne est affectée, ou proposée, à ce rôle de l'organisme sur une partie de ces jours.",
		},
		Help: domain.Text{EN: "End that assignment first.", FR: "Mettre d'abord fin à cette affectation."},
	},
	"staff_authorisation_no_overlap": {
		Code:  domain.Overlap,
		Field: []string{"validFrom"},
		Message: domain.Text{
			EN: "The person is authorised in this role of the organisation on some of these days.",
			FR: "La personne est habilitée dans ce rôle de l'organisme sur une partie de ces jours.",
		},
		Help: domain.Text{EN: "Begin after that one, or revoke it first.", FR: "Commencer après celle-ci, ou d'abord la révoquer."},
	},
	"pair_no_overlap": {
		Code:  domain.Overlap,
		Field: []string{"validFrom"},
		Message: domain.Text{
			EN: "The two are a pair of this reception point on some of these days.",
			FR: "Ces deux personnes sont un binôme de ce guichet sur une partie de ces jours.",
		},
		Help: domain.Text{EN: "End that pair first.", FR: "Mettre d'abord fin à ce binôme."},
	},
}

// refusalOf turns a broken constraint into the refusal that its name stands for.
func refusalOf(err error) error {
	var broken *pq.Error
	if !errors.As(err, &broken) || broken.Constraint == "" {
		return err
	}
	r, ok := constraints[broken.Constraint]
	if !ok {
		return err
	}
	return domain.Refusals{&r}
}
