package messenger

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// keptMessages is how many the development messenger remembers.
const keptMessages = 1000

// Development plays a messenger, in memory: it keeps what it was handed and delivers nothing.
type Development struct {
	mu       sync.Mutex
	sent     []Message
	failures []Failure
}

// NewDevelopment plays it.
func NewDevelopment() *Development { return &Development{} }

// Failure is a way in which a call goes wrong.
type Failure string

// The ways.
const (
	// Down: nothing answers.
	Down Failure = "DOWN"
	// Slow: it answers after the caller has gone.
	Slow Failure = "SLOW"
	// Refuses: it says that there is nobody.
	Refuses Failure = "REFUSES"
	// AnswerLost: it takes the message, and the answer does not arrive.
	AnswerLost Failure = "ANSWER_LOST"
)

// Failures lists the ways.
func Failures() []Failure { return []Failure{Down, Slow, Refuses, AnswerLost} }

// Fail has the next calls go wrong, one each.
func (d *Development) Fail(next ...Failure) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failures = append(d.failures, next...)
}

// Sent are the last messages that it was handed, in their order.
func (d *Development) Sent() []Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.sent)
}

var (
	errDown = errors.New("the messenger does not answer")
	errLost = errors.New("the answer of the messenger was lost")
)

// Send keeps the message, and goes wrong in the way that is next.
func (d *Development) Send(ctx context.Context, m Message) error {
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
	default:
	}
	d.sent = append(d.sent, m)
	d.sent = d.sent[max(0, len(d.sent)-keptMessages):]
	if way == AnswerLost {
		return errLost
	}
	return nil
}
