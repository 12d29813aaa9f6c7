package server_test

import (
	"sync"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// atOnce lets so many try at the same time, by turns at two processes, and counts what
// they are told. Client secrets are tried so in TestSecretsAreNotFoundByTrying.
func (d desk) atOnce(n int, try func(at desk, i int) testapi.Answer) map[string]int {
	d.t.Helper()
	processes := []desk{d, {d.Another(d.t), d.t}}
	outcomes := make([]string, n)
	var all sync.WaitGroup
	for i := range outcomes {
		all.Go(func() { outcomes[i] = outcome(try(processes[i%2], i)) })
	}
	all.Wait()
	count := map[string]int{}
	for _, o := range outcomes {
		count[o]++
	}
	return count
}

// receptionists are who receives at the shared desk.
var receptionists = []string{
	"shared-desk-agent", "shared-desk-social", "landlord-balcons-de-belledonne-agent",
	"landlord-balcons-de-belledonne-social", "metropole-agent", "metropole-social",
}

// A point fails twenty times a day, however many of its people try at once and wherever:
// the twenty-first is not looked at.
func TestAPointIsTriedToItsLimit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	contact := d.contact(receptionists[0], d.point("pole-habitat-social"))
	count := d.atOnce(5*len(receptionists), func(at desk, i int) testapi.Answer {
		return at.receive(receptionists[i%len(receptionists)], "038112600000000001", "1980-01-01", contact)
	})
	var looked int
	d.scan(&looked, "SELECT count(*) FROM audit_line WHERE kind = 'REFUSED' AND operation = 'receiveApplicant'")
	if count["NOT_RECOGNISED"] != 20 || count["RATE_LIMITED"] != 10 || looked != 20 {
		t.Errorf("%v, and %d on record", count, looked)
	}
}

// A number is tried five times a day, by whomever, at once and wherever: after four the
// right date is recognised, after five it is not.
func TestANumberIsTriedToItsLimit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	four, five := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeLeapDay)
	contact := d.contact(receptionists[0], d.point("pole-habitat-social"))
	count := d.atOnce(9, func(at desk, i int) testapi.Answer {
		x := four
		if i >= 4 {
			x = five
		}
		return at.receive(receptionists[i%5], x.number, "1980-01-01", contact)
	})
	if count["NOT_RECOGNISED"] != 9 {
		t.Fatalf("%v", count)
	}
	const last = "metropole-social"
	if a := d.receive(last, five.number, five.born[0], contact); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("after five: %s", a.Body)
	}
	if a := d.receive(last, four.number, four.born[0], contact); outcome(a) != "OK" {
		t.Errorf("after four: %s", a.Body)
	}
}

// A code is tried five times by sixteen accounts at once; an account tries five times
// what sixteen of its requests bring; and of two that bring the right code one is bound.
func TestCodesAreTriedToTheirLimit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	single := d.edge(sandbox.EdgeSingle)
	const agent = "commune-grenoble-agent"
	accounts := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"}
	_, code := d.code(agent, single.id, "")
	if count := d.atOnce(len(accounts), func(at desk, i int) testapi.Answer {
		return at.bind("account:"+accounts[i], single.number, "22222222")
	}); count["NOT_RECOGNISED"] != len(accounts) {
		t.Errorf("%v", count)
	}
	var failures int
	if d.scan(&failures, "SELECT failures FROM binding_code"); failures != 5 {
		t.Errorf("the code was tried %d times", failures)
	}
	if a := d.bind("account:late", single.number, code); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("the right code, tried five times: %s", a.Body)
	}
	if count := d.atOnce(16, func(at desk, _ int) testapi.Answer {
		return at.bind("account:eager", "038112600000000001", "22222222")
	}); count["NOT_RECOGNISED"] != 5 || count["RATE_LIMITED"] != 11 {
		t.Errorf("one account: %v", count)
	}
	_, code = d.code(agent, single.id, "")
	if count := d.atOnce(2, func(at desk, i int) testapi.Answer {
		return at.bind("account:"+[]string{"first", "second"}[i], single.number, code)
	}); count["OK"] != 1 || count["NOT_RECOGNISED"] != 1 {
		t.Errorf("one code for two: %v", count)
	}
}
