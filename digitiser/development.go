package digitiser

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Development plays the digitiser, in memory. It keeps what it was told of a piece and not
// its bytes, and files what it takes at once, unless it was told to reject it.
type Development struct {
	mu       sync.Mutex
	sent     []Piece
	arrived  map[string]int
	settled  map[string]Outcome
	untold   []string
	reject   []string
	failures []Failure
}

// NewDevelopment plays it.
func NewDevelopment() *Development {
	return &Development{arrived: map[string]int{}, settled: map[string]Outcome{}}
}

// Failure is a way in which a call goes wrong.
type Failure string

// The ways.
const (
	// Down: nothing answers.
	Down Failure = "DOWN"
	// Slow: it answers after the caller has gone.
	Slow Failure = "SLOW"
	// Refuses: it says no, with the code of this word.
	Refuses Failure = "REFUSES"
	// WrongAnswer: it answers what is no answer, and has done nothing.
	WrongAnswer Failure = "WRONG_ANSWER"
	// Twice: the call arrives twice, and so does the answer.
	Twice Failure = "TWICE"
	// AnswerLost: it does what it is asked, and the answer does not arrive.
	AnswerLost Failure = "ANSWER_LOST"
)

// Failures lists the ways.
func Failures() []Failure { return []Failure{Down, Slow, Refuses, WrongAnswer, Twice, AnswerLost} }

// Fail has the next calls go wrong, one each.
func (d *Development) Fail(next ...Failure) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failures = append(d.failures, next...)
}

// Reject has the next pieces that it takes rejected by these codes, one each; an empty
// code files one.
func (d *Development) Reject(next ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reject = append(d.reject, next...)
}

// Taken are the pieces that were taken, each once.
func (d *Development) Taken() []Piece {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.sent)
}

// Arrived is how often a piece came under that reference.
func (d *Development) Arrived(reference string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.arrived[reference]
}

var (
	errDown   = errors.New("the digitiser does not answer")
	errLost   = errors.New("the answer of the digitiser was lost")
	errWrong  = errors.New("the digitiser answers what is no answer")
	errOthers = errors.New("the digitiser has something else under that reference")
)

// call does something, and goes wrong in the way that is next.
func (d *Development) call(ctx context.Context, do func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	way := Failure("")
	if len(d.failures) > 0 {
		way, d.failures = d.failures[0], d.failures[1:]
	}
	switch way {
	case Down:
		return errDown
	case Slow:
		d.mu.Unlock() // others are answered
		<-ctx.Done()
		d.mu.Lock()
		return ctx.Err()
	case Refuses:
		return &RefusalError{string(Refuses)}
	case WrongAnswer:
		return errWrong
	case Twice:
		if err := do(); err != nil {
			return err
		}
	default:
	}
	err := do()
	if way == AnswerLost && err == nil {
		err = errLost
	}
	return err
}

// Send reads the bytes and takes the piece, unless they are not those it was told of.
func (d *Development) Send(ctx context.Context, p Piece, from io.Reader) (receipt string, err error) {
	hash := sha256.New()
	size, err := io.Copy(hash, from)
	if err != nil {
		return "", fmt.Errorf("read what is sent: %w", err)
	}
	whole := size == int64(p.Size) && hex.EncodeToString(hash.Sum(nil)) == p.SHA256
	err = d.call(ctx, func() error {
		if !whole {
			return errWrong
		}
		d.arrived[p.Reference]++
		if i := slices.IndexFunc(d.sent, func(taken Piece) bool { return taken.Reference == p.Reference }); i < 0 {
			d.take(p)
		} else if d.sent[i] != p {
			return errOthers
		} else if !slices.Contains(d.untold, p.Reference) {
			d.untold = append(d.untold, p.Reference)
		}
		receipt = "R-" + p.Reference
		return nil
	})
	if err != nil {
		return "", err
	}
	return receipt, nil
}

func (d *Development) take(p Piece) {
	outcome := Outcome{Reference: p.Reference}
	if len(d.reject) > 0 {
		outcome.Code, d.reject = d.reject[0], d.reject[1:]
	}
	d.sent, d.settled[p.Reference] = append(d.sent, p), outcome
	d.untold = append(d.untold, p.Reference)
}

// Outcomes are those that were not taken. Where the call arrives twice, so do they.
func (d *Development) Outcomes(ctx context.Context) (all []Outcome, err error) {
	err = d.call(ctx, func() error {
		for _, reference := range d.untold[:min(len(d.untold), MaxOutcomes)] {
			all = append(all, d.settled[reference])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Took forgets that an outcome is to be told.
func (d *Development) Took(ctx context.Context, reference string) error {
	return d.call(ctx, func() error {
		d.untold = slices.DeleteFunc(d.untold, func(r string) bool { return r == reference })
		return nil
	})
}
