package domain_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

// What is paid for is a mail, and each part of a text message: the words decide in how many
// it travels.
func TestUnitsOfMessages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		by   domain.MessageChannel
		text string
		want int
	}{
		"a long mail":                     {domain.MessageByEmail, strings.Repeat("a", 1000), 1},
		"nothing":                         {domain.MessageByText, "", 1},
		"160 characters":                  {domain.MessageByText, strings.Repeat("é", 160), 1},
		"161 characters":                  {domain.MessageByText, strings.Repeat("é", 161), 2},
		"two full parts":                  {domain.MessageByText, strings.Repeat("a", 306), 2},
		"one character more":              {domain.MessageByText, strings.Repeat("a", 307), 3},
		"what takes two places":           {domain.MessageByText, strings.Repeat("€", 80), 1},
		"one place too many":              {domain.MessageByText, strings.Repeat("€", 80) + "a", 2},
		"another alphabet":                {domain.MessageByText, strings.Repeat("ê", 70), 1},
		"another alphabet, 71 characters": {domain.MessageByText, strings.Repeat("a", 70) + "ê", 2},
		"two places of UTF-16":            {domain.MessageByText, strings.Repeat("𝕏", 36), 2},
	} {
		if got := c.by.Units(c.text); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// Whatever was counted: no figure rests on fewer messages than the threshold, what is told of a
// point, month and channel is all of it or nothing, and a kind of enough messages is left to
// stand alone unless it hides another.
func TestMessageCostsTellOfNobody(t *testing.T) {
	t.Parallel()
	const threshold = 11
	month := domain.NewDate(2026, 10, 1)
	rapid.Check(t, func(rt *rapid.T) {
		var counts []domain.MessageCount
		sums := map[domain.ID]int{}
		for _, point := range []domain.ID{"", "rpt_a", "rpt_b"} {
			for _, kind := range domain.MessageKind("").Values()[:5] {
				n := rapid.IntRange(0, 30).Draw(rt, "messages")
				if n == 0 {
					continue
				}
				sums[point] += n
				counts = append(counts, domain.MessageCount{
					ReceptionPointID: point, Month: month, Channel: domain.MessageByText, Kind: domain.MessageKind(kind), Messages: n, Units: 2 * n, Cost: 2 * n * 4500,
				})
			}
		}
		told, rows := map[domain.ID]int{}, map[domain.ID]int{}
		together := map[domain.ID]bool{}
		for _, c := range domain.MessageCosts(counts, threshold) {
			if c.Messages < threshold || c.Units != 2*c.Messages || c.Cost != domain.Money(9*c.Messages) {
				rt.Fatalf("%+v", c)
			}
			point := domain.ID("")
			if c.ReceptionPointID != nil {
				point = *c.ReceptionPointID
			}
			if together[point] {
				rt.Fatalf("%+v follows what is told together", c)
			}
			together[point] = c.Kind == nil
			told[point] += c.Messages
			rows[point]++
		}
		for point, sum := range sums {
			if told[point] != 0 && told[point] != sum || told[point] == 0 && sum >= threshold {
				rt.Fatalf("%q: %d of %d are told", point, told[point], sum)
			}
			least := 0
			for _, c := range counts {
				if c.ReceptionPointID == point && c.Messages >= threshold {
					least++
				}
			}
			if rows[point] < least-1 || rows[point] < least && !together[point] {
				rt.Fatalf("%q: %d rows of %d kinds of enough messages", point, rows[point], least)
			}
		}
	})
}
