package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/registryfile"
)

// Development plays the registry, in memory. An application has the number that follows
// from its identifier, so that it has it again after a restart.
type Development struct {
	territory, desk string

	mu       sync.Mutex
	numbers  map[domain.ID]domain.UniqueNumber
	given    map[domain.UniqueNumber]domain.ID
	received []Received
	notices  []Notice
	failures []Failure
}

// Received is a file that was taken.
type Received struct {
	Event domain.ID
	File  []byte
}

// NewDevelopment plays the registry of that territory, with that desk in its numbers.
func NewDevelopment(territory, desk string) *Development {
	return &Development{
		territory: territory, desk: desk,
		numbers: map[domain.ID]domain.UniqueNumber{}, given: map[domain.UniqueNumber]domain.ID{},
	}
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
	// WrongAnswer: it answers what is no answer.
	WrongAnswer Failure = "WRONG_ANSWER"
	// Twice: the call arrives twice.
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

// Notify has something told.
func (d *Development) Notify(n Notice) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = append(d.notices, n)
}

// Given are the numbers that applications have.
func (d *Development) Given() map[domain.UniqueNumber]domain.ID {
	d.mu.Lock()
	defer d.mu.Unlock()
	given := map[domain.UniqueNumber]domain.ID{}
	for n, id := range d.given {
		given[n] = id
	}
	return given
}

// Received are the files that were taken, each once.
func (d *Development) Received() []Received {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.received)
}

var (
	errDown  = errors.New("the registry does not answer")
	errLost  = errors.New("the answer of the registry was lost")
	errWrong = errors.New("the registry answers what is no answer")
)

// call does something, and goes wrong in the way that is next.
func (d *Development) call(ctx context.Context, do func() error) (Failure, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	way := Failure("")
	if len(d.failures) > 0 {
		way, d.failures = d.failures[0], d.failures[1:]
	}
	switch way {
	case Down:
		return way, errDown
	case Slow:
		d.mu.Unlock() // others are answered
		<-ctx.Done()
		d.mu.Lock()
		return way, ctx.Err()
	case Refuses:
		return way, &RefusalError{string(Refuses)}
	case Twice:
		if err := do(); err != nil {
			return way, err
		}
	default:
	}
	err := do()
	if way == AnswerLost && err == nil {
		err = errLost
	}
	return way, err
}

// numbersAMonth is how many numbers one territory has in a month.
const numbersAMonth = 1_000_000

// Number gives the number that the application has, or the next one that nobody has.
func (d *Development) Number(ctx context.Context, application domain.ID, depositedOn domain.Date) (n domain.UniqueNumber, err error) {
	way, err := d.call(ctx, func() error {
		if n = d.numbers[application]; n != "" {
			return nil
		}
		sum := sha256.Sum256([]byte(application))
		for i := binary.BigEndian.Uint64(sum[:]) % numbersAMonth; ; i = (i + 1) % numbersAMonth {
			n = domain.UniqueNumber(number(d.territory, depositedOn, i, d.desk))
			if d.given[n] == "" {
				d.numbers[application], d.given[n] = n, application
				return nil
			}
		}
	})
	switch {
	case err != nil:
		return "", err
	case way == WrongAnswer:
		return "038-NOT-A-NUMBER", nil
	}
	return n, nil
}

// number writes a number: territory, month and year of the deposit, sequence, desk.
func number(territory string, depositedOn domain.Date, sequence uint64, desk string) string {
	year, month, _ := depositedOn.Civil()
	return fmt.Sprintf("%s%02d%02d%06d%s", territory, month, year%100, sequence, desk)
}

// Receive takes a file that can be read, and refuses any other by the code of its fault.
func (d *Development) Receive(ctx context.Context, event domain.ID, file []byte) error {
	way, err := d.call(ctx, func() error {
		if slices.ContainsFunc(d.received, func(r Received) bool { return r.Event == event }) {
			return nil
		}
		if err := readable(file); err != nil {
			return err
		}
		d.received = append(d.received, Received{event, bytes.Clone(file)})
		return nil
	})
	if err == nil && way == WrongAnswer {
		return errWrong
	}
	return err
}

func readable(file []byte) error {
	r, err := registryfile.NewReader(bytes.NewReader(file), registryfile.Options{})
	if refused := (*registryfile.FileError)(nil); errors.As(err, &refused) {
		return &RefusalError{string(refused.Fault.Code)}
	}
	if err != nil {
		return err
	}
	for {
		_, reject, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case reject != nil:
			return &RefusalError{string(reject.Faults[0].Code)}
		}
	}
}

// Notices are those that were not taken. Where the call arrives twice, so do they.
func (d *Development) Notices(ctx context.Context) (all []Notice, err error) {
	way, err := d.call(ctx, func() error {
		all = append(all, d.notices...)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case way == WrongAnswer:
		return nil, errWrong
	}
	return all, nil
}

// Took forgets a notice.
func (d *Development) Took(ctx context.Context, notice string) error {
	way, err := d.call(ctx, func() error {
		d.notices = slices.DeleteFunc(d.notices, func(n Notice) bool { return n.ID == notice })
		return nil
	})
	if err == nil && way == WrongAnswer {
		return errWrong
	}
	return err
}
