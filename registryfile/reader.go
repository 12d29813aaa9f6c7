package registryfile

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"

	"github.com/guichet-logement/guichet/domain"
)

// Options say how much is read.
type Options struct {
	// MaxFile bounds the file, in bytes; 0 means [DefaultMaxFile].
	MaxFile int64
	// MaxRecords bounds the records; 0 means [DefaultMaxRecords].
	MaxRecords int
}

// The bounds of a file: a département has some 100 000 applications a year, of 4 KB.
const (
	DefaultMaxFile    = 2 << 30
	DefaultMaxRecords = 500_000
)

// Reader reads records one by one. It is not safe for concurrent use.
type Reader struct {
	parts    *splitter
	scope    scope
	header   Header
	cut      map[string]int
	ordinal  int
	most     int
	complete bool
	err      error
}

// NewReader reads up to the first record.
func NewReader(in io.Reader, o Options) (*Reader, error) {
	if o.MaxFile == 0 {
		o.MaxFile = DefaultMaxFile
	}
	if o.MaxRecords == 0 {
		o.MaxRecords = DefaultMaxRecords
	}
	r := &Reader{parts: &splitter{in: in, line: 1, most: o.MaxFile}, cut: map[string]int{}, most: o.MaxRecords}
	if err := r.prolog(); err != nil {
		return nil, named(err)
	}
	return r, nil
}

// named tells what an error of reading was about.
func named(err error) error {
	var refused *FileError
	if errors.As(err, &refused) {
		return refused
	}
	return fmt.Errorf("registry file: %w", err)
}

// Header is what the file says of itself.
func (r *Reader) Header() Header { return r.header }

// Cut counts the social security numbers that were taken out so far, by the name of the
// element.
func (r *Reader) Cut() map[string]int { return maps.Clone(r.cut) }

// Complete tells, at the end, that the end of the file was there: where it was not,
// records may be missing.
func (r *Reader) Complete() bool { return r.complete }

// Record is one application of a file.
type Record struct {
	// Line is where it begins, Ordinal counts the records of the file from 1.
	Line, Ordinal int
	// Tree is all that is in it, social security numbers excepted.
	Tree *Element
}

// Next returns the next record, or what is wrong with it. After the last the error is
// io.EOF. A [FileError] means that the rest must be given up, any other error that
// reading itself failed; each comes up again at further calls.
func (r *Reader) Next() (*Record, *Reject, error) {
	if r.err != nil {
		return nil, nil, r.err
	}
	p, err := r.parts.next()
	switch name := local(p.name); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.complete, r.err = errors.Is(err, io.EOF), io.EOF
	case err != nil:
		r.err = named(err)
	case name == "interfaceNuu" || name == "entete":
		r.err = refuse(BadHeader, p.line, "Another file begins here.", "Un autre fichier commence ici.")
	case r.ordinal == r.most:
		r.err = refuse(TooManyRecords, p.line, "The file has too many records.", "Le fichier a trop de demandes.")
	}
	if r.err != nil {
		return nil, nil, r.err
	}
	r.ordinal++
	tree, faults := r.look(p)
	if len(faults) > 0 {
		return nil, &Reject{Line: p.line, Ordinal: r.ordinal, Number: numberIn(p.text), Faults: faults}, nil
	}
	return &Record{Line: p.line, Ordinal: r.ordinal, Tree: tree}, nil, nil
}

// look makes a tree of a part, and says what is wrong with it.
func (r *Reader) look(p part) (*Element, []Fault) {
	switch p.fault {
	case CutRecord:
		return nil, []Fault{sendAgain(CutRecord, p.line, "Its end is missing.", "Sa fin manque.")}
	case TooLarge:
		return nil, []Fault{sendAgain(TooLarge, p.line, "It is longer than 1 MiB.", "Elle dépasse 1 Mio.")}
	case Stray:
		return nil, []Fault{stray(p.line)}
	default:
	}
	tree, f := parse(p.text, r.scope, p.line)
	switch {
	case f != nil:
		return nil, []Fault{*f}
	case p.fault != "": // it is well-formed by chance
		return nil, []Fault{sendAgain(p.fault, p.line, "It is no well-formed XML.", "Ce n'est pas du XML bien formé.")}
	case !tree.is("demande"):
		return nil, []Fault{stray(p.line)}
	}
	tree.cutNIR(r.cut)
	return tree, check(tree, r.header.Type)
}

func stray(line int) Fault {
	return fault(Stray, line, "This is no record.", "Ce n'est pas une demande.", "Take it out.", "L'enlever.")
}

// numberIn finds the number of an application in what may be no XML.
func numberIn(text []byte) domain.UniqueNumber {
	found := uniqueNumber.FindSubmatch(text)
	if found == nil {
		return ""
	}
	n, err := domain.ParseUniqueNumber(string(found[1]))
	if err != nil {
		return ""
	}
	return n
}

var uniqueNumber = regexp.MustCompile(`numUnique[^<>]{0,200}>\s*([0-9A-Za-z \-]{18,40})\s*<`)

// Anomalies are the codes of what the registry found wrong with a record that it sends
// back (listeAnomalie); none where it took it.
func (r *Record) Anomalies() []string {
	var all []string
	var look func(e *Element, inside bool)
	look = func(e *Element, inside bool) {
		if inside = inside || e.is("listeAnomalie"); inside {
			if code := e.attribute("code"); code != "" {
				all = append(all, code)
			}
		}
		e.each(func(child *Element) { look(child, inside) })
	}
	look(r.Tree, false)
	return all
}
