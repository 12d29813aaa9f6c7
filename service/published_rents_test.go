package service_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// rentsByHand are the medians of the cells that are of enough dwellings and landlords.
const rentsByHand = `
	WITH stated AS (
		SELECT d.insee_code, d.typology, d.landlord_id, m.rent FROM managed_dwelling m JOIN dwelling d ON d.id = m.dwelling_id
		WHERE m.rent > 0 AND d.landlord_id IS NOT NULL AND d.last_vintage_id IS NULL AND d.typology <> 'UNKNOWN'
	), held AS (
		SELECT insee_code, typology, sum(n) AS n FROM (SELECT insee_code, typology, count(*) AS n FROM stated GROUP BY 1, 2, landlord_id) l
		GROUP BY 1, 2 HAVING sum(n) >= 11 AND count(*) >= 3 AND max(n) <= 0.85 * sum(n)
	)
	SELECT concat_ws(' ', insee_code, typology, (round(percentile_disc(0.5) WITHIN GROUP (ORDER BY rent) / 1000.0) * 1000)::int)
	FROM stated JOIN held USING (insee_code, typology) GROUP BY insee_code, typology ORDER BY insee_code, typology`

// TestRentsArePublished: nobody but the publication writes them; they are what counting by
// hand gives, of dwellings in force, and stand for a year whatever landlords change, and even
// where they state nothing more.
func TestRentsArePublished(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStock(t)
	nobody := auth.NewContext(t.Context(), &auth.Viewer{Now: testapi.Now})
	if none, err := api.Service.PublishedRents(nobody); none != nil || err != nil {
		t.Errorf("before: %v %v", none, err)
	}
	if _, err := api.Client.PublishedRents.Create().SetMonth(sandbox.FiguresMonth()).Save(nobody); err == nil {
		t.Error("anybody publishes rents")
	}
	execute(t, api.DB, `UPDATE managed_dwelling SET rent = NULL WHERE id IN (SELECT id FROM managed_dwelling ORDER BY md5(id) LIMIT 20)`)
	execute(t, api.DB, `UPDATE dwelling SET last_vintage_id = first_vintage_id
		WHERE id IN (SELECT dwelling_id FROM managed_dwelling ORDER BY md5(dwelling_id) LIMIT 20)`)
	must(t, api.Service.PublishFigures(t.Context(), sandbox.FiguresMonth()))
	first, err := api.Service.PublishedRents(nobody)
	must(t, err)
	var got []string
	bounded := 0
	for _, p := range first.Cells {
		got = append(got, fmt.Sprint(p.Commune, " ", p.Typology, " ", p.Median))
		if p.Low != nil {
			bounded++
		}
	}
	if want := lines(t, api.DB, rentsByHand); !slices.Equal(got, want) || len(got) < 4 || bounded == 0 {
		t.Errorf("%d bounds, published %v, by hand %v", bounded, got, want)
	}

	execute(t, api.DB, "UPDATE managed_dwelling SET rent = rent + 20000")
	execute(t, api.DB, "UPDATE managed_dwelling SET rent = NULL WHERE dwelling_id IN (SELECT id FROM dwelling WHERE insee_code = '38179')")
	for n := 1; n < 12; n += 5 {
		must(t, api.Service.PublishFigures(t.Context(), first.Month.AddMonths(n)))
		next, err := api.Service.PublishedRents(nobody)
		must(t, err)
		if next.Month == first.Month || !reflect.DeepEqual(next.Cells, first.Cells) {
			t.Errorf("after %d months: %s", n, next)
		}
	}
	must(t, api.Service.PublishFigures(t.Context(), first.Month.AddMonths(12)))
	next, err := api.Service.PublishedRents(nobody)
	must(t, err)
	for _, p := range next.Cells {
		for _, before := range first.Cells {
			if p.Commune == "38179" || before.Commune == p.Commune && before.Typology == p.Typology && p.Median != before.Median+20_000 {
				t.Errorf("after a year %+v, before %+v", p, before)
			}
		}
	}
	if len(next.Cells) == 0 || len(next.Cells) >= len(first.Cells) {
		t.Errorf("%d cells after a year, %d before", len(next.Cells), len(first.Cells))
	}
}
