package server_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/sandbox"
)

// interviewed is what an interview states, with notes as pairs of readers and text.
func interviewed(application, kind, heldOn string, notes ...string) map[string]any {
	input := map[string]any{"applicationId": application, "kind": kind, "heldOn": heldOn}
	written := []any{}
	for i := 0; i < len(notes); i += 2 {
		written = append(written, map[string]any{"audience": notes[i], "text": notes[i+1]})
	}
	input["notes"] = written
	return input
}

const readInterviews = `query($id: ID!) { application: node(id: $id) { ... on Application { masked interviews { id kind heldOn project { typologies communes budget constraints text } notes { audience text } } } } }`

// Who may not is refused; each note is read by those for whom it is, and what social workers
// write for each other changes nothing for anybody else, but is in the answer to the person
// who asks what is kept.
func TestInterviews(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	couple, single := d.edge(sandbox.EdgeCouple), d.edge(sandbox.EdgeSingle)
	today := d.today().String()
	const agent, social, otherSocial = "shared-desk-agent", "shared-desk-social", "landlord-balcons-de-belledonne-social"
	with := func(input map[string]any, field string, value any) map[string]any {
		input = maps.Clone(input)
		input[field] = value
		return input
	}
	of := func(kind string, notes ...string) map[string]any {
		return interviewed(couple.id, kind, today, notes...)
	}
	for _, c := range []struct {
		as    string
		input map[string]any
		want  string
	}{
		{"", of("SIMPLE"), "NOT_FOUND"},
		{"former-agent", of("SIMPLE"), "NOT_FOUND"},
		{grenobleAgent, of("SIMPLE"), "NOT_FOUND"},
		{sandbox.ApplicantCoupleFirst, of("SIMPLE"), "FORBIDDEN"},
		{"shared-desk-manager", of("SIMPLE"), "FORBIDDEN"},
		{agent, of("IN_DEPTH"), "FORBIDDEN"},
		{social, of("SIMPLE"), "FORBIDDEN"},
		{social, of("PMR"), "FORBIDDEN"},
		{grenobleAgent, interviewed(single.id, "PERSONALISED", today), "LEVEL_TOO_LOW"},
		{grenobleAgent, interviewed(single.id, "PMR", today), "LEVEL_TOO_LOW"},
		{agent, interviewed(couple.id, "SIMPLE", "2026-11-24"), "INVALID"},
		{agent, of("SIMPLE", "SOCIAL_NOTES", "Entre nous."), "INVALID"},
		{agent, of("PMR", "FILE", "Un fauteuil."), "INVALID"},
		{agent, of("SIMPLE", "FILE", "1 85 05 38 185 001 55"), "INVALID"},
		{agent, with(of("SIMPLE"), "appointmentId", "apt_01AQ3WVJ000000000000000000"), "NOT_FOUND"},
		{agent, with(of("SIMPLE"), "project", map[string]any{"communes": []any{"75056"}}), "UNKNOWN_REFERENCE"},
		{grenobleAgent, interviewed(single.id, "SIMPLE", today), "OK"},
		{agent, with(of("SIMPLE", "FILE", "Note du dossier."), "project", map[string]any{
			"typologies": []any{"T3"}, "communes": []any{"38185"}, "budget": 65_000, "constraints": []any{"NEAR_SCHOOL"}, "text": "Rester dans le quartier.",
		}), "OK"},
		{agent, of("PMR", "SENSITIVE", "Note sur le fauteuil."), "OK"},
		{social, of("IN_DEPTH", "SOCIAL_NOTES", "Note entre travailleurs sociaux.", "SENSITIVE", "Note sensible."), "OK"},
	} {
		if a := d.done(c.as, "recordInterview", c.input); outcome(a) != c.want {
			t.Errorf("%v by %q: %s, want %s", c.input, c.as, a.Body, c.want)
		}
	}
	read := func(as string) string { return d.Query(t, as, readInterviews, map[string]any{"id": couple.id}).Body }
	texts := []string{"Note du dossier.", "Note sur le fauteuil.", "Note sensible.", "Note entre travailleurs sociaux."}
	for as, sees := range map[string]struct {
		kinds []string
		texts []string
	}{
		agent:                        {[]string{"SIMPLE", "PMR", "IN_DEPTH"}, texts[:2]},
		social:                       {[]string{"SIMPLE", "PMR", "IN_DEPTH"}, texts},
		otherSocial:                  {[]string{"SIMPLE", "PMR", "IN_DEPTH"}, texts[:3]},
		"metropole-social":           {[]string{"SIMPLE", "PMR", "IN_DEPTH"}, texts[:3]},
		"metropole-agent":            {[]string{"SIMPLE", "IN_DEPTH"}, texts[:1]},
		sandbox.ApplicantCoupleFirst: {[]string{"SIMPLE", "IN_DEPTH"}, nil},
		grenobleAgent:                {},
	} {
		body := read(as)
		for _, kind := range []string{"SIMPLE", "PMR", "IN_DEPTH"} {
			if strings.Contains(body, `"kind":"`+kind+`"`) != slices.Contains(sees.kinds, kind) {
				t.Errorf("%q and %s: %s", as, kind, body)
			}
		}
		for _, text := range texts {
			if strings.Contains(body, text) != slices.Contains(sees.texts, text) {
				t.Errorf("%q and %q: %s", as, text, body)
			}
		}
	}
	// Notes that are added: by whom, and for whom.
	var inDepth, simple string
	d.scan(&inDepth, "SELECT id FROM interview WHERE kind = 'IN_DEPTH' AND application_id = $1", couple.id)
	d.scan(&simple, "SELECT id FROM interview WHERE kind = 'SIMPLE' AND application_id = $1", couple.id)
	before := map[string]string{}
	others := []string{agent, social, "metropole-social", sandbox.ApplicantCoupleFirst}
	for _, as := range others {
		before[as] = read(as)
	}
	add := func(of, audience, text string) map[string]any {
		return map[string]any{"interviewId": of, "audience": audience, "text": text}
	}
	for _, c := range []struct {
		as    string
		input map[string]any
		want  string
	}{
		{"", add(inDepth, "FILE", "Non."), "NOT_FOUND"},
		{grenobleAgent, add(inDepth, "FILE", "Non."), "NOT_FOUND"},
		{sandbox.ApplicantCoupleFirst, add(inDepth, "FILE", "Non."), "FORBIDDEN"},
		{agent, add(inDepth, "SOCIAL_NOTES", "Non."), "FORBIDDEN"},
		{social, add(simple, "SOCIAL_NOTES", "Non."), "INVALID"},
		{otherSocial, add(inDepth, "SOCIAL_NOTES", "Vu d'un autre organisme."), "OK"},
	} {
		if a := d.done(c.as, "addInterviewNote", c.input); outcome(a) != c.want {
			t.Errorf("%v by %q: %s, want %s", c.input, c.as, a.Body, c.want)
		}
	}
	for _, as := range others {
		if now := read(as); now != before[as] {
			t.Errorf("%q reads another answer since\n%s\nwas\n%s", as, now, before[as])
		}
	}
	d.does(agent, "addInterviewNote", add(inDepth, "FILE", "Rappelé."))
	// The person is told of all on request, but for what may be of another adult.
	_, _, raw := d.export("shared-desk-privacy", couple.number)
	for text, told := range map[string]bool{texts[0]: true, "Rester dans le quartier.": true, texts[1]: false, texts[2]: false, texts[3]: false, "PMR": false} {
		if strings.Contains(raw, `"`+text+`"`) != told {
			t.Errorf("beside another adult, %q: %s", text, raw)
		}
	}
	d.does(grenobleAgent, "recordInterview", interviewed(single.id, "SIMPLE", today, "SENSITIVE", "Note pour peu de monde."))
	for _, audience := range []string{"SENSITIVE", "SOCIAL_NOTES"} {
		d.exec("UPDATE interview_note SET audience = $2 WHERE application_id = $1", single.id, audience)
		if _, _, raw := d.export("commune-grenoble-privacy", single.number); !strings.Contains(raw, "Note pour peu de monde.") {
			t.Errorf("the person is not told of a note for %s", audience)
		}
	}
}

// The interviews of an application that is merged go on with the one that is kept, and come
// back when the merge is undone.
func TestInterviewsOfAMerge(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	kept, merged := d.registered("Costa"), d.registered("Costa")
	d.does(grenobleAgent, "recordInterview", interviewed(merged, "SIMPLE", d.today().String(), "FILE", "Avant la fusion."))
	at := func() (id, noted string) {
		d.scan(&id, "SELECT application_id FROM interview")
		d.scan(&noted, "SELECT application_id FROM interview_note")
		return id, noted
	}
	d.does(grenobleAgent, "mergeApplications", map[string]any{"survivorId": kept, "mergedId": merged})
	if id, noted := at(); id != kept || noted != kept {
		t.Errorf("after the merge it is of %s, its note of %s", id, noted)
	}
	d.does(grenobleAgent, "undoMerge", map[string]any{"applicationId": merged})
	if id, noted := at(); id != merged || noted != merged {
		t.Errorf("after that was undone it is of %s, its note of %s", id, noted)
	}
}
