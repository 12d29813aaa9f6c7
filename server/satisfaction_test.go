package server_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

const answerMutation = `mutation($input: AnswerSatisfactionInput!) { answerSatisfaction(input: $input) { errors { code field } } }`

const satisfactionQuery = `{ satisfaction(from: "2026-12-31", months: 1) { receptionPointId month asked answered overall clarity waiting } }`

// Who came is asked once what it thinks of it, by a code that is good once. Nothing that is
// kept leads from the answer to the application, and a few answers are no figure.
func TestSatisfactionIsAnonymous(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 400), t}
	town, point := d.point("mairie-grenoble"), d.point("mairie-fontaine")
	day := domain.NewDate(2026, 12, 1)
	var codes []string
	for i, id := range d.followedBy(town, domain.SatisfactionThreshold) {
		d.reachable(id, fmt.Sprint(i, "@example.org"))
		d.booked(id, "RENEWAL", point, day.AddDays([]int{0, 1, 2, 3, 6}[i]))
	}
	d.post()
	// Of a sensitive appointment, and of who is protected since, nobody may count that it was asked.
	hidden := d.followedBy(town, domain.SatisfactionThreshold+2)[domain.SatisfactionThreshold:]
	for i, id := range hidden {
		d.reachable(id, fmt.Sprint("hidden", i, "@example.org"))
		d.exec("UPDATE appointment SET sensitive = $2 WHERE id = $1", d.booked(id, "RENEWAL", point, day.AddDays(7+i)), i == 0)
	}
	d.post()
	d.Ahead.Add(int64(20 * 24 * time.Hour))
	for _, id := range d.listed("SELECT id FROM appointment WHERE motive = 'RENEWAL' AND booked_at >= $1", testapi.Now) {
		told := map[string]any{"id": id, "version": 1, "participants": d.cameAll(id)}
		for range 2 { // told again, it is asked once
			d.does(grenobleAgent, "recordAttendance", told)
			told["version"] = 2
		}
	}
	d.exec("UPDATE application SET protected = true WHERE id = $1", hidden[1])
	for _, m := range d.post() {
		if strings.HasPrefix(m.To.To, "hidden") {
			t.Errorf("%s is asked", m.To.To)
		}
		if code := regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){3}`).FindString(m.Text.Body); code != "" {
			codes = append(codes, code)
		}
	}
	if len(codes) != domain.SatisfactionThreshold || len(slices.Compact(slices.Sorted(slices.Values(codes)))) != len(codes) {
		t.Fatalf("the codes are %v", codes)
	}
	answer := func(as, code string, mark int) string {
		return outcome(d.Query(t, as, answerMutation, map[string]any{"input": map[string]any{"code": code, "overall": mark, "clarity": mark, "waiting": mark}}))
	}
	for _, c := range []struct {
		code string
		mark int
	}{{codes[0], 0}, {codes[0], 6}, {"", 3}, {"ABCD-EFGH-IJKL-MNOP", 3}, {codes[0] + "A", 3}} {
		if got := answer("", c.code, c.mark); got != "INVALID" {
			t.Errorf("%+v is taken: %s", c, got)
		}
	}
	read := func(as string) string { return d.Query(t, as, satisfactionQuery, nil).Body }
	for i, code := range codes {
		if got := read("metropole-steering"); i > 0 && strings.Contains(got, `"answered":`+fmt.Sprint(i)) {
			t.Errorf("%d answers are told: %s", i, got)
		}
		if got := answer("", strings.ToLower(strings.ReplaceAll(code, "-", " ")), 1+i); got != "OK" {
			t.Errorf("the answer is %s", got)
		}
		if got := answer("", code, 5); got != "INVALID" {
			t.Errorf("a code is good twice: %s", got)
		}
	}
	for as, want := range map[string]bool{
		"metropole-steering": true, "commune-fontaine-agent": true, grenobleAgent: false, "landlord-actis-stock": false, "": false,
	} {
		if got := read(as); strings.Contains(got, `"answered":5,"overall":3`) != want {
			t.Errorf("%q is told %s", as, got)
		}
	}
	for _, row := range d.listed("SELECT satisfaction_answer::text FROM satisfaction_answer") {
		for _, trace := range append(codes, "apt_", "app_", "msg_") {
			if strings.Contains(row, trace) {
				t.Errorf("an answer keeps %q: %s", trace, row)
			}
		}
	}
	var kept int
	if d.scan(&kept, "SELECT count(*) FROM satisfaction_answer WHERE hash IS NOT NULL OR created_at <> date_trunc('month', created_at AT TIME ZONE 'Europe/Paris') AT TIME ZONE 'Europe/Paris'"); kept != 0 {
		t.Errorf("%d answers keep their code, or the time of something", kept)
	}
}

// cameAll says of every participant that it came.
func (d desk) cameAll(appointment string) []any {
	d.t.Helper()
	var all []any
	for _, member := range d.listed("SELECT p->>'memberId' FROM appointment, jsonb_array_elements(participants) p WHERE id = $1", appointment) {
		all = append(all, map[string]any{"memberId": member, "attendance": "HONOURED"})
	}
	return all
}
