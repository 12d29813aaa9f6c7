package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
	// the end, when a stream has been read whole.
	SHA256 func() string
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
	// Progress is told now and then of the lines and the bytes of the file so far.
	Progress func(lines int, bytes int64)
}

// StockReport counts what an import of the stock did.
type StockReport struct {
	Buildings, Dwellings Tally
	// AbsentBuildings and AbsentDwellings were in the vintage before and are not in
	// this one; that does not mean that they were demolished.
	AbsentBuildings, AbsentDwellings int
	// Read counts the lines of the territory, Rejected those left out.
	Read, Rejected int
	// Comparison is nil for the first vintage.
	Comparison *domain.StockComparison
}

// ImportStock loads an edition of the stock file in one transaction: until it
// ends, and if it fails, readers see the vintage before. Loading the same file
// again changes nothing; another file of the same day replaces the vintage.
//
// Memory does not grow with the file: rows go straight to the database, which
// finds what is new, changed and absent.
func ImportStock(ctx context.Context, db *sql.DB, clock func() time.Time, in StockImport) (StockReport, error) {
	ctx = policy.ImportStock(ctx)
	i := &stockImport{StockImport: in, now: clock(), seen: map[uint64]struct{}{}}
	err := inImport(ctx, db, func(tx *sql.Tx) error {
		i.tx = tx
		return i.run(ctx)
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
	// seen holds a part of the identifier of each building of the file: 64 bits, so
	// that a country's 700 000 fit into memory.
	seen   map[uint64]struct{}
	last   stockBuilding
	key    []byte
	report StockReport
}

func (i *stockImport) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		i.prepare, i.load, i.place, i.check, i.writeBuildings, i.writeDwellings, i.compare, i.finish,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// progressEvery is in lines.
const progressEvery = 1000

// load reads the file to its end, into the tables of the import.
func (i *stockImport) load(ctx context.Context) error {
	cut := 0
	for {
		d, reject, err := i.Rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		i.report.Read++
		if i.Progress != nil && i.report.Read%progressEvery == 0 {
			i.Progress(i.Rows.Line(), i.Rows.Consumed())
		}
		if reject != nil {
			i.report.Rejected++
			if reject.Code == directoryfile.CutLine {
				cut = reject.Line
			}
			if i.Reject == nil {
				continue
			}
			if err := i.Reject(*reject); err != nil {
				return fmt.Errorf("report line %d: %w", reject.Line, err)
			}
			continue
		}
		if err := i.add(ctx, d); err != nil {
			return fmt.Errorf("line %d: %w", d.Line, err)
		}
	}
	if cut > 0 && cut == i.Rows.Line() {
		return refuseStock("CUT_FILE",
			"The file ends in the middle of a line: it did not arrive whole. Nothing was imported.",
			"Le fichier finit au milieu d'une ligne : il n'est pas arrivé entier. Rien n'a été importé.")
	}
	return i.pause(ctx)
}

// check refuses a file of which too much is missing, before anything is decided.
func (i *stockImport) check(ctx context.Context) error {
	loaded, err := i.count(ctx, countRows, i.vintage)
	switch rejected := float64(i.report.Rejected) / float64(max(i.report.Read, 1)); {
	case err != nil:
		return err
	case rejected > i.MaxRejected:
		return refuseStock("TOO_MANY_REJECTS",
			fmt.Sprintf("%d of %d lines are rejected, more than %.3g %%. Nothing was imported.", i.report.Rejected, i.report.Read, 100*i.MaxRejected),
			fmt.Sprintf("%d lignes sur %d sont rejetées, plus de %.3g %%. Rien n'a été importé.", i.report.Rejected, i.report.Read, 100*i.MaxRejected))
	case loaded == 0:
		return refuseStock("NO_DWELLING",
			"The file has no dwelling of this territory. Nothing was imported.",
			"Le fichier n'a aucun logement de ce territoire. Rien n'a été importé.")
	case float64(loaded) < float64(i.inForce.dwellings)*(1-i.MaxLoss):
		return refuseStock("TOO_MANY_ABSENT",
			fmt.Sprintf("The file has %d dwellings where the vintage in force has %d. Nothing was imported.", loaded, i.inForce.dwellings),
			fmt.Sprintf("Le fichier a %d logements, le millésime en vigueur %d. Rien n'a été importé.", loaded, i.inForce.dwellings))
	}
	return nil
}

func refuseStock(reason, en, fr string) error {
	return &domain.Error{Code: domain.BadRequest, Reason: reason, Message: domain.Text{EN: en, FR: fr}}
}
