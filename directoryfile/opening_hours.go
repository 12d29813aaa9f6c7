package directoryfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// maxOpeningHours is in characters: seven days of six intervals fit.
const maxOpeningHours = 800

// dayNames are written; each day may also be read by its full name and in French.
var dayNames = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

var dayWords = map[string]domain.Weekday{
	"mon": domain.Monday, "monday": domain.Monday, "lun": domain.Monday, "lundi": domain.Monday,
	"tue": domain.Tuesday, "tuesday": domain.Tuesday, "mar": domain.Tuesday, "mardi": domain.Tuesday,
	"wed": domain.Wednesday, "wednesday": domain.Wednesday, "mer": domain.Wednesday, "mercredi": domain.Wednesday,
	"thu": domain.Thursday, "thursday": domain.Thursday, "jeu": domain.Thursday, "jeudi": domain.Thursday,
	"fri": domain.Friday, "friday": domain.Friday, "ven": domain.Friday, "vendredi": domain.Friday,
	"sat": domain.Saturday, "saturday": domain.Saturday, "sam": domain.Saturday, "samedi": domain.Saturday,
	"sun": domain.Sunday, "sunday": domain.Sunday, "dim": domain.Sunday, "dimanche": domain.Sunday,
}

// aroundDash also takes the dashes that word processors put in place of hyphens.
var aroundDash = regexp.MustCompile(`\s*[-–—]\s*`)

// ParseOpeningHours reads a week in the compact writing of the directory
// (mon 08:30-12:00 13:30-17:00 | tue-fri 8h30-12h) as one rule a day, in the
// order of the week, without validity dates. FORMAT.md has the grammar. Intervals
// that touch become one; a day that is not named is closed and has no rule.
func ParseOpeningHours(s string) ([]domain.WeeklyOpening, error) {
	if len(s) > maxOpeningHours {
		return nil, hoursErrorf("At most %d characters.", "%d caractères au plus.", maxOpeningHours)
	}
	var week [7]domain.OpeningIntervals
	s = aroundDash.ReplaceAllString(strings.ToLower(s), "-")
	for entry := range strings.FieldsFuncSeq(s, func(c rune) bool { return c == '|' || c == ';' }) {
		words := strings.Fields(entry)
		if len(words) == 0 {
			continue
		}
		first, last, err := parseDays(words[0])
		if err != nil {
			return nil, err
		}
		if len(words) == 1 {
			return nil, hoursErrorf("%q has no hours: leave out the days on which the doors stay shut.",
				"%q n'a pas d'horaires : ne pas citer les jours de fermeture.", words[0])
		}
		for _, word := range words[1:] {
			interval, err := parseInterval(word)
			if err != nil {
				return nil, err
			}
			for day := first; day <= last; day++ {
				week[day-1] = append(week[day-1], interval)
			}
		}
	}
	var rules []domain.WeeklyOpening
	for i, intervals := range week {
		if len(intervals) == 0 {
			continue
		}
		if refusals := intervals.Validate(); refusals != nil {
			m := refusals[0].Message
			return nil, hoursErrorf("%[1]s: %[2]s", "%[1]s : %[3]s", dayNames[i], m.EN, m.FR)
		}
		rules = append(rules, domain.WeeklyOpening{Weekday: domain.Weekday(i + 1), Intervals: intervals.Merge()})
	}
	return rules, nil
}

// FormatOpeningHours writes a week in the compact writing, one entry a day, in the
// order of the week. Validity dates have no place in it.
func FormatOpeningHours(rules []domain.WeeklyOpening) string {
	sorted := slices.Clone(rules)
	slices.SortStableFunc(sorted, func(a, b domain.WeeklyOpening) int { return int(a.Weekday) - int(b.Weekday) })
	var entries []string
	for _, rule := range sorted {
		if rule.Weekday.Valid() && len(rule.Intervals) > 0 {
			entries = append(entries, dayNames[rule.Weekday-1]+" "+rule.Intervals.String())
		}
	}
	return strings.Join(entries, " | ")
}

// hoursError says what is wrong with the writing, in both languages.
type hoursError struct{ text domain.Text }

func (e *hoursError) Error() string { return e.text.EN }

// hoursErrorf formats both sentences with the same values, cut to a bounded size.
func hoursErrorf(en, fr string, values ...any) error {
	for i, v := range values {
		if s, ok := v.(string); ok {
			values[i] = truncate(s, 2*MaxRejectValue)
		}
	}
	return &hoursError{domain.Text{EN: fmt.Sprintf(en, values...), FR: fmt.Sprintf(fr, values...)}}
}

const (
	notADayEN = "%q is not a day: write mon to sun, or lun to dim."
	notADayFR = "%q n'est pas un jour : écrire lun à dim, ou mon à sun."
)

func parseDays(word string) (first, last domain.Weekday, err error) {
	from, to, isRange := strings.Cut(word, "-")
	first, known := dayWords[from]
	if !known {
		return 0, 0, hoursErrorf(notADayEN, notADayFR, from)
	}
	if !isRange {
		return first, first, nil
	}
	last, known = dayWords[to]
	if !known {
		return 0, 0, hoursErrorf(notADayEN, notADayFR, to)
	}
	if last <= first {
		return 0, 0, hoursErrorf("%q runs backwards: a week starts on Monday.", "%q va à rebours : la semaine commence le lundi.", word)
	}
	return first, last, nil
}

func parseInterval(word string) (domain.OpeningInterval, error) {
	opens, closes, found := strings.Cut(word, "-")
	if !found {
		return domain.OpeningInterval{}, hoursErrorf("%q is not an interval: write 08:30-12:00.", "%q n'est pas une plage : écrire 08:30-12:00.", word)
	}
	from, err := parseTime(opens)
	if err != nil {
		return domain.OpeningInterval{}, err
	}
	until, err := parseTime(closes)
	return domain.OpeningInterval{Opens: from, Closes: until}, err
}

// parseTime reads 08:30 and the French writings 8h30 and 8h.
func parseTime(s string) (domain.LocalTime, error) {
	hour, minute, _ := strings.Cut(strings.Replace(s, "h", ":", 1), ":")
	if len(hour) == 1 {
		hour = "0" + hour
	}
	if minute == "" && strings.HasSuffix(s, "h") {
		minute = "00"
	}
	t, err := domain.ParseLocalTime(hour + ":" + minute)
	if err != nil {
		return 0, hoursErrorf("%q is not a time: write 08:30.", "%q n'est pas une heure : écrire 08:30.", s)
	}
	return t, nil
}
