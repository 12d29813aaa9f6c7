package service

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// ManagedReport counts what a file of managed dwellings did: nothing with anything to mend.
type ManagedReport struct {
	// Read counts the lines that were as they should be by themselves, Changed the dwellings of
	// which something else is known now.
	Read, Changed int
	// Rejects are the first ones; RejectCount counts all.
	Rejects     []directoryfile.Reject
	RejectCount int
}

// importsAtOnce bounds the files that are taken at once: each holds a connection.
const importsAtOnce = 2

// ImportManagedStock writes what the viewer's landlord says of its dwellings in a file, in one
// transaction: all of it, or nothing where a line is to be mended. Memory does not grow with
// the file: lines go straight to the database, which compares them. The same file again
// changes nothing.
func (s *Service) ImportManagedStock(ctx context.Context, file io.Reader, charset directoryfile.Charset) (ManagedReport, error) {
	granted, landlords, err := policy.ImportManagedStock(ctx)
	if err != nil {
		return ManagedReport{}, err
	}
	select {
	case s.importing <- struct{}{}:
		defer func() { <-s.importing }()
	default:
		return ManagedReport{}, &domain.Error{
			Code: domain.RateLimited, Reason: "IMPORTS",
			Message: domain.Text{EN: "Two other files are being taken: try again in a minute.", FR: "Deux autres fichiers sont en cours : réessayer dans une minute."},
		}
	}
	v := auth.FromContext(ctx)
	return importManaged(granted, s.db, managedImport{
		landlords: landlords, at: v.Now, by: v.PersonID,
		changes: string(domain.NewID(domain.ManagedChangePrefix, v.Now))[:importStem],
		begun:   string(domain.NewID(domain.VacancyPrefix, v.Now))[:importStem],
	}, file, charset)
}

// SeedManagedStock writes such a file for those landlords of a sandbox.
func (s *Service) SeedManagedStock(ctx context.Context, db *sql.DB, landlords []domain.ID, at domain.Date, file io.Reader) (ManagedReport, error) {
	key := at.At(0)
	return importManaged(policy.SeedManagedStock(ctx), db, managedImport{
		landlords: landlords, at: key,
		changes: string(domain.DerivedID(domain.ManagedChangePrefix, key, fmt.Sprint(landlords)))[:importStem],
		begun:   string(domain.DerivedID(domain.VacancyPrefix, key, fmt.Sprint(landlords)))[:importStem],
	}, file, directoryfile.UTF8)
}

// importStem is how much of an identifier is that of the import; the rest is the line.
const importStem = 26

func (i *managedImport) values(m directoryfile.ManagedDwelling) ([]any, error) {
	criteria, err := json.Marshal(m.Answers)
	if err != nil {
		return nil, err
	}
	var works, kind, notice, from, available, let any
	if m.Works != nil {
		text, err := json.Marshal(m.Works)
		if err != nil {
			return nil, err
		}
		works = string(text)
	}
	if v := m.Vacancy; v != nil {
		kind, from, notice, available = string(v.Kind), v.VacantFrom.String(), dayOrNull(v.NoticeGivenOn), dayOrNull(v.AvailableOn)
	}
	if !m.LetOn.IsZero() {
		let = m.LetOn.String()
	}
	return []any{
		int64(m.Line), string(m.Dwelling), m.FlatNumber, centsOrNull(m.Rent), centsOrNull(m.Charges), string(criteria), m.Dated, works,
		kind, notice, from, available, let,
	}, nil
}

func dayOrNull(d *domain.Date) any {
	if d == nil {
		return nil
	}
	return d.String()
}

func centsOrNull(m *domain.Money) any {
	if m == nil {
		return nil
	}
	return int64(*m)
}

// wrongLine is a line that the database cannot take.
type wrongLine struct {
	line, first         int
	dwelling, let, what string
}

// reject says what is wrong with it. A dwelling of another landlord and one that is not there
// are one answer.
func (w wrongLine) reject() directoryfile.Reject {
	r := directoryfile.Reject{Line: w.line, ColumnName: "dwelling", Code: directoryfile.Contradiction, Value: w.dwelling}
	switch w.what {
	case "FOREIGN":
		r.Code = directoryfile.UnknownCode
		r.Message = domain.Text{EN: "This is no dwelling of your landlord.", FR: "Ce n'est pas un logement de votre organisme."}
	case "TWICE":
		r.Code = directoryfile.DuplicateKey
		r.Message = domain.Text{EN: fmt.Sprintf("Line %d has it already.", w.first), FR: fmt.Sprintf("La ligne %d l'a déjà.", w.first)}
	case "NO_VACANCY":
		r.ColumnName, r.Value = "let_on", w.let
		r.Message = domain.Text{EN: "No vacancy of the dwelling lasts: say from when it was vacant.", FR: "Aucune vacance n'est en cours : indiquer depuis quand il est vacant."}
	case "TOO_EARLY":
		r.ColumnName, r.Value = "let_on", w.let
		r.Message = domain.Text{EN: "A dwelling is let once it is vacant.", FR: "Un logement est reloué une fois vacant."}
	case "OVERLAP":
		r.ColumnName, r.Value = "vacant_from", ""
		r.Message = domain.Text{EN: "Another vacancy of the dwelling ended after that day.", FR: "Une autre vacance du logement a pris fin après ce jour."}
	default:
		r.ColumnName, r.Value = "vacant_from", ""
		r.Message = domain.TooManyVacancies()[0].Message
	}
	return r
}
