package domain_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func corrected(town string) domain.ApplicationCorrection {
	return domain.ApplicationCorrection{Contact: &domain.ContactForm{Town: town}}
}

// A weaker source changes nothing that a stronger one stated, unless somebody overrules it
// knowingly; what it says alike changes nothing.
func TestWeakerSources(t *testing.T) {
	t.Parallel()
	const field = "contact.town"
	sources := domain.ValueSource("").Values()
	day := domain.NewDate(2026, 11, 23)
	for i, was := range sources {
		for j, now := range sources {
			stored := domain.Provenance{}.With(domain.ValueOrigin{Field: field, Source: domain.ValueSource(was), On: day})
			origin := domain.ValueOrigin{Source: domain.ValueSource(now), On: day.AddDays(1)}
			next, refused := stored.Restated(corrected("Meylan"), corrected("Grenoble"), origin, nil)
			if weaker := j < i; (refused != nil) != weaker || weaker && next.Of(field) != domain.ValueSource(was) || !weaker && next.Of(field) != domain.ValueSource(now) {
				t.Errorf("%s over %s: %v, %s", now, was, refused, next.Of(field))
			}
			if refused != nil && refused[0].Code != domain.WeakerSource {
				t.Errorf("%s over %s: %s", now, was, refused[0].Code)
			}
			next, refused = stored.Restated(corrected("Meylan"), corrected("Grenoble"), origin, []string{field})
			if refused != nil || next.Of(field) != domain.ValueSource(now) {
				t.Errorf("%s overrules %s: %v", now, was, refused)
			}
			next, refused = stored.Restated(corrected("Grenoble"), corrected("Grenoble"), origin, nil)
			if refused != nil || next.Of(field) != domain.ValueSource(sources[max(i, j)]) {
				t.Errorf("%s says what %s said: %v, %s", now, was, refused, next.Of(field))
			}
		}
	}
}

// Whatever is restated in whatever order, each field has one origin, and they are in order.
func TestProvenanceIsInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := domain.Provenance{}
		for range rapid.IntRange(0, 20).Draw(t, "restated") {
			p = p.With(domain.ValueOrigin{
				Field:  rapid.SampledFrom([]string{"names.birthName", "contact.town", "file.housing", "search.wishes", "household.x.link"}).Draw(t, "field"),
				Source: domain.ValueSource(rapid.SampledFrom(domain.ValueSource("").Values()).Draw(t, "source")),
			})
		}
		fields := make([]string, len(p))
		for i, o := range p {
			fields[i] = o.Field
		}
		if !slices.IsSorted(fields) || len(slices.Compact(slices.Clone(fields))) != len(fields) {
			t.Fatalf("%v", fields)
		}
	})
}
