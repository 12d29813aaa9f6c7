package directoryfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

func TestUnreadableRowsAreNotWritten(t *testing.T) {
	t.Parallel()
	good := parse(t, header+goodRow, "").Rows[0]
	rule := good.Weekly[0]
	later := rule
	later.Weekday, later.From = domain.Tuesday, rule.From.AddDays(1)
	ended := rule
	ended.Until = rule.From.AddDays(1)
	for name, spoil := range map[string]func(*directoryfile.ReceptionPoint){
		"line break":         func(p *directoryfile.ReceptionPoint) { p.Name = "a\nb" },
		"formula":            func(p *directoryfile.ReceptionPoint) { p.Address = "=1+1" },
		"space at the end":   func(p *directoryfile.ReceptionPoint) { p.Name = "a " },
		"no key":             func(p *directoryfile.ReceptionPoint) { p.Key = "" },
		"level":              func(p *directoryfile.ReceptionPoint) { p.Level = 0 },
		"no start":           func(p *directoryfile.ReceptionPoint) { p.LevelFrom = domain.Date{} },
		"outside France":     func(p *directoryfile.ReceptionPoint) { p.Coordinates = domain.Coordinates{} },
		"rules start apart":  func(p *directoryfile.ReceptionPoint) { p.Weekly = []domain.WeeklyOpening{rule, later} },
		"rule ends":          func(p *directoryfile.ReceptionPoint) { p.Weekly = []domain.WeeklyOpening{ended} },
		"two rules of a day": func(p *directoryfile.ReceptionPoint) { p.Weekly = []domain.WeeklyOpening{rule, rule} },
	} {
		bad := good
		spoil(&bad)
		if err := directoryfile.WriteReceptionPoints(&bytes.Buffer{}, []directoryfile.ReceptionPoint{bad}); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if err := directoryfile.WriteReceptionPoints(&bytes.Buffer{}, []directoryfile.ReceptionPoint{good, good}); err == nil {
		t.Error("a key is written twice")
	}
	if err := directoryfile.WriteReceptionPoints(full{}, []directoryfile.ReceptionPoint{good}); err == nil {
		t.Error("a full disk goes unnoticed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// text draws what people write in a cell, separators and quotes included.
func text(rt *rapid.T, label string) string {
	return rapid.StringMatching(`[A-Za-zÀ-ÿ0-9"]([A-Za-zÀ-ÿ0-9 ;,|"'#’()=+@-]{0,40}[A-Za-zÀ-ÿ0-9"])?`).Draw(rt, label)
}

func anyDate(rt *rapid.T, label string) domain.Date {
	return domain.NewDate(2020, time.January, 1).AddDays(rapid.IntRange(0, 5000).Draw(rt, label))
}

func anyReceptionPoint(rt *rapid.T, n int) directoryfile.ReceptionPoint {
	p := directoryfile.ReceptionPoint{
		Key:        fmt.Sprintf("%s-%d", rapid.StringMatching(`[a-z0-9][a-z0-9._-]{0,20}`).Draw(rt, "key"), n),
		Name:       text(rt, "name"),
		Commune:    rapid.SampledFrom([]domain.InseeCode{"38185", "38151"}).Draw(rt, "commune"),
		Operators:  rapid.SampledFrom([][]string{{"ville"}, {"metropole", "ville"}}).Draw(rt, "operators"),
		Address:    text(rt, "address"),
		PostalCode: rapid.StringMatching(`[0-9]{5}`).Draw(rt, "postal code"),
		Coordinates: domain.Coordinates{
			Latitude:  domain.Latitude(rapid.IntRange(4500000, 4540000).Draw(rt, "lat")) / 1e5,
			Longitude: domain.Longitude(rapid.IntRange(550000, 600000).Draw(rt, "lon")) / 1e5,
		},
		Phone:          rapid.SampledFrom([]domain.PhoneNumber{"", "+33476000000", "+41220000000"}).Draw(rt, "phone"),
		Languages:      rapid.SampledFrom([][]string{{"fr"}, {"fr", "en", "ar"}}).Draw(rt, "languages"),
		StepFreeAccess: rapid.SampledFrom([]domain.TriState{domain.Yes, domain.No, domain.NotKnown}).Draw(rt, "access"),
		InterCommunal:  rapid.Bool().Draw(rt, "inter-communal"),
		Level:          rapid.IntRange(1, 3).Draw(rt, "level"),
		Means:          rapid.SampledFrom([]domain.Means{domain.OwnMeans, domain.MutualisedMeans}).Draw(rt, "means"),
		LevelFrom:      anyDate(rt, "level from"),
	}
	if rapid.Bool().Draw(rt, "ends") {
		p.LevelUntil = p.LevelFrom.AddDays(rapid.IntRange(1, 1000).Draw(rt, "days"))
	}
	from := anyDate(rt, "hours from")
	for day := domain.Monday; day <= domain.Sunday; day++ {
		var intervals domain.OpeningIntervals
		last := domain.LocalTime(-1)
		for range rapid.IntRange(0, domain.MaxIntervalsPerDay).Draw(rt, "intervals") {
			opens := last + domain.LocalTime(rapid.IntRange(1, 100).Draw(rt, "gap"))
			last = opens + domain.LocalTime(rapid.IntRange(1, 100).Draw(rt, "length"))
			intervals = append(intervals, domain.OpeningInterval{Opens: opens, Closes: last})
		}
		if intervals != nil {
			p.Weekly = append(p.Weekly, domain.WeeklyOpening{Weekday: day, Intervals: intervals, From: from})
		}
	}
	return p
}

func TestReceptionPointsComeBackAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		points := make([]directoryfile.ReceptionPoint, rapid.IntRange(1, 4).Draw(rt, "points"))
		for i := range points {
			points[i] = anyReceptionPoint(rt, i)
		}
		var file bytes.Buffer
		if err := directoryfile.WriteReceptionPoints(&file, points); err != nil {
			rt.Fatal(err)
		}
		p, err := directoryfile.ParseReceptionPoints(&file, directoryfile.UTF8, known())
		if err != nil || p.RejectCount > 0 || !p.Complete {
			rt.Fatalf("got %v, %v", p.Rejects, err)
		}
		for i := range p.Rows {
			p.Rows[i].Line = 0
		}
		if !reflect.DeepEqual(p.Rows, points) {
			rt.Fatalf("got  %+v\nwant %+v", p.Rows, points)
		}
	})
}

func TestOrganisationsComeBackAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		organisations := make([]directoryfile.Organisation, rapid.IntRange(1, 4).Draw(rt, "organisations"))
		for i := range organisations {
			o := directoryfile.Organisation{
				Key:             fmt.Sprintf("o%d", i),
				Kind:            domain.OrganisationKind(rapid.SampledFrom(domain.OrganisationKind("").Values()).Draw(rt, "kind")),
				Name:            text(rt, "name"),
				Siren:           rapid.SampledFrom([]domain.Siren{"", "200040715", "213801855"}).Draw(rt, "siren"),
				Reservataire:    rapid.Bool().Draw(rt, "reservataire"),
				RegisteringBody: rapid.Bool().Draw(rt, "registering body"),
			}
			if o.Kind == domain.Commune {
				o.Commune = "38185"
			}
			organisations[i] = o
		}
		var file bytes.Buffer
		if err := directoryfile.WriteOrganisations(&file, organisations); err != nil {
			rt.Fatal(err)
		}
		p, err := directoryfile.ParseOrganisations(&file, directoryfile.UTF8, known())
		if err != nil || p.RejectCount > 0 || !p.Complete {
			rt.Fatalf("got %v, %v", p.Rejects, err)
		}
		for i := range p.Rows {
			p.Rows[i].Line = 0
		}
		if !reflect.DeepEqual(p.Rows, organisations) {
			rt.Fatalf("got  %+v\nwant %+v", p.Rows, organisations)
		}
	})
}

func TestOrganisationsRejected(t *testing.T) {
	t.Parallel()
	const head = "key,kind,name,siren,reservataire,registering_body,commune\n"
	for name, c := range map[string]struct {
		row    string
		code   directoryfile.Code
		column int
	}{
		"unknown kind":             {"a,PARISH,A,,yes,no,\n", directoryfile.UnknownCode, 2},
		"kind missing":             {"a,,A,,yes,no,\n", directoryfile.Required, 2},
		"mistyped SIREN":           {"a,STATE,A,213801856,yes,no,\n", directoryfile.BadValue, 4},
		"réservataire missing":     {"a,STATE,A,,,no,\n", directoryfile.Required, 5},
		"commune without code":     {"a,COMMUNE,A,,yes,no,\n", directoryfile.Required, 7},
		"commune unknown":          {"a,COMMUNE,A,,yes,no,38001\n", directoryfile.UnknownCode, 7},
		"landlord with a commune":  {"a,LANDLORD,A,,yes,no,38185\n", directoryfile.BadValue, 7},
		"only the name of the key": {"a\n", directoryfile.CutLine, 1},
	} {
		p, err := directoryfile.ParseOrganisations(strings.NewReader(head+c.row), "", known())
		if err != nil || p.RejectCount != 1 || len(p.Rows) != 0 {
			t.Errorf("%s: got %v, %v", name, p.Rejects, err)
			continue
		}
		if r := p.Rejects[0]; r.Code != c.code || r.Line != 2 || r.Column != c.column {
			t.Errorf("%s: got %s", name, r)
		}
	}
}
