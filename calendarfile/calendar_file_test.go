package calendarfile_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"github.com/guichet-logement/guichet/calendarfile"
	"github.com/guichet-logement/guichet/domain"
)

// Another library than the one that writes reads it, over both changes of the clock and what
// a name may hold.
func TestCalendarIsReadByAParser(t *testing.T) {
	t.Parallel()
	at := domain.NewDate(2026, 3, 1).At(600)
	entries := []calendarfile.Entry{
		{UID: "a@guichet", From: domain.NewDate(2026, 3, 29).At(60), Until: domain.NewDate(2026, 3, 29).At(240), Sequence: 2, Mode: domain.OnSite, Point: "Mairie d'Échirolles; accueil, rez-de-chaussée\nnord", Room: "Salle 2"},
		{UID: "b@guichet", From: domain.NewDate(2026, 10, 25).At(90), Until: domain.NewDate(2026, 10, 25).At(240), Sequence: 1, Mode: domain.AtHome, Point: "CCAS"},
		{UID: "c@guichet", From: domain.NewDate(2026, 3, 3).At(540), Until: domain.NewDate(2026, 3, 3).At(600), Sequence: 1, Mode: domain.ByPhone, Point: strings.Repeat("é", 200)},
	}
	var file bytes.Buffer
	if err := calendarfile.Write(&file, entries, at); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(file.String(), "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d bytes: RFC 5545, 3.1 folds after 75", len(line))
		}
	}
	if refresh := "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n"; !strings.Contains(file.String(), refresh) {
		t.Errorf("programs are not told when to look again: %s", &file)
	}
	read, err := ical.NewDecoder(&file).Decode()
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Events()) != len(entries) {
		t.Fatalf("%d events", len(read.Events()))
	}
	for i, event := range read.Events() {
		want := entries[i]
		from, err := event.DateTimeStart(time.UTC)
		if err != nil || !from.Equal(want.From) {
			t.Errorf("%s begins at %s, not %s: %v", want.UID, from, want.From, err)
		}
		until, err := event.DateTimeEnd(time.UTC)
		if err != nil || !until.Equal(want.Until) {
			t.Errorf("%s ends at %s, not %s: %v", want.UID, until, want.Until, err)
		}
		place, err := event.Props.Text(ical.PropLocation)
		if err != nil || want.Mode == domain.AtHome && place != "" || want.Mode != domain.AtHome && !strings.HasPrefix(place, want.Point) {
			t.Errorf("%s is at %q: %v", want.UID, place, err)
		}
		if stamp, err := event.Props.DateTime(ical.PropDateTimeStamp, time.UTC); err != nil || !stamp.Equal(at) {
			t.Errorf("%s is of %s: %v", want.UID, stamp, err)
		}
	}
	file.Reset()
	if err := calendarfile.Write(&file, nil, at); err != nil || !strings.Contains(file.String(), "END:VCALENDAR") {
		t.Errorf("an empty calendar: %v %s", err, &file)
	}
}
