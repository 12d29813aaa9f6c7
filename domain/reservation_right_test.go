package domain_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestReservationPlanIsChecked(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	state, commune := domain.Body{Kind: domain.State, Reservataire: true}, domain.Body{Kind: domain.Commune, Reservataire: true}
	flow := domain.ReservationPlan{Mode: domain.ReservedFlow, Share: at(200), Agreement: "C 1", From: today}
	stock := domain.ReservationPlan{Mode: domain.ReservedStock, Dwellings: []domain.ID{"dwl_a", "dwl_b"}, Agreement: "C 2", From: today}
	with := func(p domain.ReservationPlan, change func(*domain.ReservationPlan)) domain.ReservationPlan {
		change(&p)
		return p
	}
	for name, c := range map[string]struct {
		plan   domain.ReservationPlan
		holder domain.Body
		field  string
	}{
		"no agreement":           {with(flow, func(p *domain.ReservationPlan) { p.Agreement = "" }), commune, "agreement"},
		"over before it begins":  {with(flow, func(p *domain.ReservationPlan) { p.Until = p.From }), commune, "validUntil"},
		"over already":           {with(flow, func(p *domain.ReservationPlan) { p.From, p.Until = today.AddDays(-9), today }), commune, "validUntil"},
		"no holder of rights":    {flow, domain.Body{Kind: domain.Association}, "reservataireId"},
		"the State's whole":      {flow, state, "subContingent"},
		"a part of a commune":    {with(flow, func(p *domain.ReservationPlan) { p.SubContingent = at(domain.PriorityContingent) }), commune, "subContingent"},
		"no share":               {with(flow, func(p *domain.ReservationPlan) { p.Share = nil }), commune, "share"},
		"more than the whole":    {with(flow, func(p *domain.ReservationPlan) { p.Share = at(1001) }), commune, "share"},
		"a flow of dwellings":    {with(flow, func(p *domain.ReservationPlan) { p.Dwellings = stock.Dwellings }), commune, "dwellingIds"},
		"a share of the stock":   {with(stock, func(p *domain.ReservationPlan) { p.Share = at(1) }), commune, "share"},
		"no dwelling":            {with(stock, func(p *domain.ReservationPlan) { p.Dwellings = nil }), commune, "dwellingIds"},
		"a dwelling twice":       {with(stock, func(p *domain.ReservationPlan) { p.Dwellings = []domain.ID{"dwl_a", "dwl_a"} }), commune, "dwellingIds"},
		"too many dwellings":     {with(stock, func(p *domain.ReservationPlan) { p.Dwellings = make([]domain.ID, 501) }), commune, "dwellingIds"},
		"a share of the flow":    {flow, commune, ""},
		"named dwellings":        {stock, commune, ""},
		"the State's first part": {with(flow, func(p *domain.ReservationPlan) { p.SubContingent = at(domain.PriorityContingent) }), state, ""},
	} {
		refused := c.plan.Check(c.holder, today)
		if c.field == "" && refused != nil || c.field != "" && (len(refused) != 1 || refused[0].Field[0] != c.field) {
			t.Errorf("%s: %v", name, refused)
		}
	}
}

// On no day do shares that are taken make more than the whole, or the State's more than the
// law has it; looked at day by day.
func TestSharesStayWithinTheWhole(t *testing.T) {
	t.Parallel()
	first := domain.NewDate(2026, 1, 1)
	rapid.Check(t, func(t *rapid.T) {
		var taken []domain.FlowShare
		for range rapid.IntRange(1, 12).Draw(t, "rights") {
			s := domain.FlowShare{Share: rapid.IntRange(1, 400).Draw(t, "share"), From: first.AddDays(rapid.IntRange(0, 20).Draw(t, "from"))}
			if rapid.Bool().Draw(t, "ends") {
				s.Until = s.From.AddDays(rapid.IntRange(1, 10).Draw(t, "days"))
			}
			switch rapid.IntRange(0, 2).Draw(t, "whose") {
			case 1:
				s.Contingent = at(domain.PriorityContingent)
			case 2:
				s.Contingent = at(domain.CivilServantsContingent)
			}
			next := slices.Concat(taken, []domain.FlowShare{s})
			breaks := false
			for day := range 40 {
				var total, state, civil int
				on := first.AddDays(day)
				for _, o := range next {
					if on.Before(o.From) || !o.Until.IsZero() && !on.Before(o.Until) {
						continue
					}
					total += o.Share
					if o.Contingent != nil {
						state += o.Share
						if *o.Contingent == domain.CivilServantsContingent {
							civil += o.Share
						}
					}
				}
				breaks = breaks || total > 1000 || state > 300 || civil > 50
			}
			if refused := domain.CheckShares(next); (refused != nil) != breaks {
				t.Fatalf("%+v: %v, and day by day %t", next, refused, breaks)
			}
			if !breaks {
				taken = next
			}
		}
	})
}
