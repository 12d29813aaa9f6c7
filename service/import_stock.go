package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"time"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/stockfile"
)

// OfficialStock names the publisher of the official stock file and its licence, as
// the licence asks.
const OfficialStock = "Répertoire des logements locatifs des bailleurs sociaux (RPLS), SDES, Licence Ouverte 2.0"

// StockImport is one edition of the official stock file, to be loaded as a whole.
type StockImport struct {
	Rows *stockfile.Reader
	// StatedOn is the day whose stock the file states. The file does not tell it.
	StatedOn domain.Date
	// SHA256 tells that of the file as it lies, in hexadecimal digits. It is asked at
	// the end, when a stream has been read whole and a bad file has been refused.
	SHA256 func() (string, error)
	// Source names the publisher and the licence: [OfficialStock], unless the stock is
	// made up.
	Source string
	// Territory says in words which part of the file Rows keeps.
	Territory string
	// MaxRejected is the share of lines that may be rejected, 0 to 1: beyond it the
	// file is refused. It is not ours to mend: a few bad lines are left out.
	MaxRejected float64
	// MaxLoss is the share of the dwellings of the vintage in force that may be
	// absent, 0 to 1: a file that was cut must not empty the stock.
	MaxLoss float64
	// Reject is told of each line that is left out.
	Reject func(stockfile.Reject) error
	// Landlords says whose the buildings are, as [ImportOwnerships] would afterwards: a
	// dwelling that is new is then written once, not twice.
	Landlords []directoryfile.Ownership
	// Loaded, which may be nil, is told that the file has been read whole; comparing
	// and writing take as long again.
	Loaded func()
}

// StockReport counts what an import of the stock did.
type StockReport struct {
	Buildings, Dwellings Tally
	// AbsentBuildings and AbsentDwellings were in the vintage in force and are not in
	// this one; that does not mean that they were demolished.
	AbsentBuildings, AbsentDwellings int
	// Read counts the lines of the territory, Rejected those left out.
	Read, Rejected int
	// Landlords is that of [StockImport.Landlords].
	Landlords OwnershipReport
	// Comparison is nil for the first vintage.
	Comparison *domain.StockComparison
}

// ImportStock loads an edition of the stock file in one transaction: until it
// ends, and if it fails, readers see the vintage before. Loading the same file
// again changes nothing; another file of the same day replaces the vintage, as if
// the first had not been: what only that one had is deleted, what earlier vintages
// had is absent since the one before.
//
// Memory does not grow with the file: rows go straight to the database, which
// finds what is new, changed and absent.
func ImportStock(ctx context.Context, db *sql.DB, clock func() time.Time, in StockImport) (StockReport, error) {
	ctx = policy.ImportStock(ctx)
	i := &stockImport{StockImport: in, now: clock(), seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
	err := inImport(ctx, db, func(tx *sql.Tx) error {
		i.tx = tx
		err := i.run(ctx)
		if err != nil && i.rows != nil {
			// The stream listens to the connection until it is closed: not beside a rollback.
			// The first error says why.
			_ = i.rows.Close()
		}
		return err
	})
	if err != nil {
		return i.report, fmt.Errorf("import stock: %w", err)
	}
	return i.report, nil
}

// stockImport is one import under way.
type stockImport struct {
	StockImport
	tx  *sql.Tx
	now time.Time
	// vintage is the one to load, before the one that it is compared with, if any.
	vintage, before domain.ID
	inForce         vintageInForce
	// rows is the stream into stock_row, open while there is one.
	rows *sql.Stmt
	// buildings and unplaced wait for the next pause of that stream.
	buildings []stockBuilding
	unplaced  []unplacedRow
	// seen holds a hash of each description of a building so far.
	seed maphash.Seed
	seen map[uint64]struct{}
	// last is the building of the last line that has an address, with its key.
	last    stockBuilding
	lastKey string
	key     []byte
	report  StockReport
	// landlords is the import of whose the buildings are, if the file comes with it.
	landlords *ownershipImport
}

func (i *stockImport) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		i.prepare, i.load, i.checkLines, i.place, i.writeBuildings, i.own, i.writeDwellings, i.compare, i.withdraw, i.checkLoss, i.finish,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// load reads the file to its end, into the tables of the import.
func (i *stockImport) load(ctx context.Context) error {
	for {
		d, reject, err := i.Rows.Next()
		if errors.Is(err, io.EOF) {
			return i.pause(ctx)
		}
		if err != nil {
			return err
		}
		i.report.Read++
		if reject == nil {
			if err := i.add(ctx, d); err != nil {
				return fmt.Errorf("line %d: %w", d.Line, err)
			}
			continue
		}
		i.report.Rejected++
		if i.Reject == nil {
			continue
		}
		if err := i.Reject(*reject); err != nil {
			return fmt.Errorf("report line %d: %w", reject.Line, err)
		}
	}
}

// checkLines refuses a file of which too much could not be read.
func (i *stockImport) checkLines(context.Context) error {
	read, rejected := i.report.Read, i.report.Rejected
	switch {
	case i.Rows.Cut():
		return refuseStock("CUT_FILE",
			"The file ends in the middle of a line: it did not arrive whole. Nothing was imported.",
			"Le fichier finit au milieu d'une ligne : il n'est pas arrivé entier. Rien n'a été importé.")
	case float64(rejected) > float64(read)*i.MaxRejected:
		return refuseStock("TOO_MANY_REJECTS",
			fmt.Sprintf("%d of %d lines are rejected, more than %.3g %%. Nothing was imported.", rejected, read, 100*i.MaxRejected),
			fmt.Sprintf("%d lignes sur %d sont rejetées, plus de %.3g %%. Rien n'a été importé.", rejected, read, 100*i.MaxRejected))
	case read == rejected:
		return refuseStock("NO_DWELLING",
			"The file has no dwelling of this territory. Nothing was imported.",
			"Le fichier n'a aucun logement de ce territoire. Rien n'a été importé.")
	}
	if i.Loaded != nil {
		i.Loaded()
	}
	return nil
}

// checkLoss refuses a file that has too little of what is in force: it is of
// another territory, or was cut at the end of a line.
func (i *stockImport) checkLoss(context.Context) error {
	lost, had := i.report.AbsentDwellings, i.inForce.dwellings
	if float64(lost) > float64(had)*i.MaxLoss {
		return refuseStock("TOO_MANY_ABSENT",
			fmt.Sprintf("Of %d dwellings in force, %d are absent from the file, more than %.3g %%. Nothing was imported.", had, lost, 100*i.MaxLoss),
			fmt.Sprintf("Sur %d logements en vigueur, %d sont absents du fichier, plus de %.3g %%. Rien n'a été importé.", had, lost, 100*i.MaxLoss))
	}
	return nil
}

func refuseStock(reason, en, fr string) error {
	return &domain.Error{Code: domain.BadRequest, Reason: reason, Message: domain.Text{EN: en, FR: fr}}
}
