package messenger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/messenger"
)

func TestDevelopmentFailsInEveryWay(t *testing.T) {
	t.Parallel()
	for _, way := range messenger.Failures() {
		d := messenger.NewDevelopment()
		d.Fail(way)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		err := d.Send(ctx, told("somebody@example.org"))
		cancel()
		var refused *messenger.RefusalError
		if err == nil || errors.As(err, &refused) != (way == messenger.Refuses) {
			t.Errorf("%s: %v", way, err)
		}
		if took := len(d.Sent()) == 1; took != (way == messenger.AnswerLost) {
			t.Errorf("%s: taken: %t", way, took)
		}
		if err := d.Send(t.Context(), told("somebody@example.org")); err != nil {
			t.Errorf("after %s: %v", way, err)
		}
	}
}
