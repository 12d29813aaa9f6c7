package domain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func TestInterviewsThatAreRefused(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 26)
	good := func() domain.InterviewForm {
		return domain.InterviewForm{
			Kind: domain.InDepthInterview, HeldOn: today,
			Project: &domain.HousingProject{Typologies: []domain.Typology{domain.T2, domain.T3}, Communes: []domain.InseeCode{"38185"}, Text: "Plus près du travail"},
			Notes:   []domain.NoteForm{{domain.NoteForFile, "Dossier expliqué."}, {domain.NoteForSensitive, "Certificat vu."}, {domain.NoteForSocial, "À revoir."}},
		}
	}
	dear := domain.Money(1_000_001)
	for name, c := range map[string]struct {
		spoil func(*domain.InterviewForm)
		field string
	}{
		"tomorrow":            {func(f *domain.InterviewForm) { f.HeldOn = today.AddDays(1) }, "heldOn"},
		"long ago":            {func(f *domain.InterviewForm) { f.HeldOn = today.AddDays(-32) }, "heldOn"},
		"a typology twice":    {func(f *domain.InterviewForm) { f.Project.Typologies = []domain.Typology{domain.T2, domain.T2} }, "project typologies"},
		"an unknown typology": {func(f *domain.InterviewForm) { f.Project.Typologies = []domain.Typology{domain.UnknownTypology} }, "project typologies"},
		"a commune twice":     {func(f *domain.InterviewForm) { f.Project.Communes = []domain.InseeCode{"38185", "38185"} }, "project communes"},
		"too dear":            {func(f *domain.InterviewForm) { f.Project.Budget = &dear }, "project budget"},
		"a constraint twice": {func(f *domain.InterviewForm) {
			f.Project.Constraints = []domain.ProjectConstraint{"PARKING", "PARKING"}
		}, "project constraints"},
		"a long project":        {func(f *domain.InterviewForm) { f.Project.Text = domain.Stated(strings.Repeat("é", 501)) }, "project text"},
		"a number in it":        {func(f *domain.InterviewForm) { f.Project.Text = "le 1 85 05 38 185 001 55 !" }, "project text"},
		"an empty note":         {func(f *domain.InterviewForm) { f.Notes[0].Text = " " }, "notes"},
		"a long note":           {func(f *domain.InterviewForm) { f.Notes[0].Text = strings.Repeat("é", 4001) }, "notes"},
		"a number in a note":    {func(f *domain.InterviewForm) { f.Notes[0].Text = "1 85 05 38 185 001 55" }, "notes"},
		"PMR for all":           {func(f *domain.InterviewForm) { f.Kind, f.Notes = domain.PMRInterview, f.Notes[:1] }, "notes"},
		"social on PMR":         {func(f *domain.InterviewForm) { f.Kind, f.Notes = domain.PMRInterview, f.Notes[2:] }, "notes"},
		"social on a simple":    {func(f *domain.InterviewForm) { f.Kind = domain.SimpleInterview }, "notes"},
		"social on an ordinary": {func(f *domain.InterviewForm) { f.Kind = domain.PersonalisedInterview }, "notes"},
		"too many notes":        {func(f *domain.InterviewForm) { f.Notes = slices.Repeat(f.Notes[:1], 21) }, "notes"},
	} {
		f := good()
		c.spoil(&f)
		refused := f.Check(today)
		if len(refused) != 1 || refused[0].Code != domain.Invalid || strings.Join(refused[0].Field, " ") != c.field {
			t.Errorf("%s: refused by %v", name, refused)
		}
	}
	if refused := good().Check(today); refused != nil {
		t.Errorf("refused: %v", refused)
	}
}
