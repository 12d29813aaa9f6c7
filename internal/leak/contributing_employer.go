package leak

import (
	"hash/fnv"

	"github.com/guichet-logement/guichet/domain"
)

// employers are those that somebody put on the list, in each state: one that was withdrawn may
// be proposed again.
var employers = []struct{ siret, state string }{
	{"99900000300015", "CONFIRMED"},
	{"99900001100018", "CONFIRMED"},
	{"99900002900010", "PROPOSED"},
	{"99900003700013", "WITHDRAWN"},
	{"99900004500016", "WITHDRAWN"},
	{"99900004500016", "PROPOSED"},
}

// employ gives somebody an employer, or none, by its identifier: what else is drawn stays the
// same. A child that works counts for nothing.
func (a *application) employ(m *member) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(m.id))
	if n := int(h.Sum32() % 8); n < len(employers) {
		m.employer = employers[n].siret
	}
	a.count(*m)
}

// count has the rules look at who employs an adult.
func (a *application) count(m member) {
	if m.employer != "" && (m.link == "APPLICANT" || m.link == "SPOUSE" || m.link == "CO_APPLICANT") {
		a.Employers = append(a.Employers, m.employer)
	}
}

// work has the applicant work for that employer.
func (a *application) work(siret string) {
	a.members[0].employer, a.Employers = siret, nil
	for _, m := range a.members {
		a.count(m)
	}
}

// addEmployers adds the list.
func (w *World) addEmployers(add func(string, row)) {
	for i, e := range employers {
		r := row{
			"id": w.id(domain.ContributingEmployerPrefix, i), "siret": e.siret, "name": "Un employeur", "state": e.state,
			"proposed_by_id": w.administrator, "proposed_on": w.day(-9),
			"confirmed_by_id": nil, "confirmed_on": nil, "withdrawn_by_id": nil, "withdrawn_on": nil,
		}
		switch e.state {
		case "CONFIRMED":
			r["confirmed_by_id"], r["confirmed_on"] = w.second, w.day(0)
		case "WITHDRAWN":
			r["withdrawn_by_id"], r["withdrawn_on"] = w.second, w.day(0)
		}
		add("contributing_employer", r)
	}
}
