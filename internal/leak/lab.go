package leak

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
)

// Lab is a running API whose database is made one world after the other.
type Lab struct {
	API *testapi.API
	// Compared counts, for each surface of the registry, the answers that were compared
	// and showed something; Pairs those of a world and a caller.
	Compared map[string]int
	Pairs    int

	schema           *ast.Schema
	document         string
	rights           string
	communes, points []place
	portal           string
}

// Broken is a world of which the database does not tell the truth: a program that
// ignored a rule would see the true one in this way. All fields are statements, empty
// for none.
type Broken struct {
	// Facts change what was stored, Settling what is looked at when it is reckoned who
	// sees what, and Rows what came of it.
	Facts, Settling, Rows string
	// Admit does to the facts of receptions and emergencies what Settling does.
	Admit func(*policy.ApplicationFacts)
}

// connections to the database.
const connections = 4

// NewLab serves the API to a test.
func NewLab(t testing.TB) *Lab {
	t.Helper()
	l := &Lab{API: testapi.NewUnlimited(t), Compared: map[string]int{}, schema: Contract()}
	// One request asks for forty things at once: connections are kept for the next one.
	l.API.DB.SetMaxOpenConns(connections)
	l.API.DB.SetMaxIdleConns(connections)
	l.document, l.rights = document(l.schema), rightsAlone(l.schema)
	var err error
	if l.communes, err = places(t.Context(), l.API.DB, "SELECT id, insee_code, id FROM commune ORDER BY insee_code"); err != nil {
		t.Fatal(err)
	}
	if l.points, err = places(t.Context(), l.API.DB, "SELECT id, key, commune_id FROM reception_point ORDER BY key"); err != nil {
		t.Fatal(err)
	}
	if err = l.API.DB.QueryRowContext(t.Context(), "SELECT id FROM organisation WHERE key = 'commune-grenoble'").Scan(&l.portal); err != nil {
		t.Fatal(err)
	}
	return l
}

// World stores the world of that seed, broken in one way or not at all, and returns it
// with some of its callers.
func (l *Lab) World(t testing.TB, seed uint64, callers int, broken Broken) (*World, []Caller) {
	t.Helper()
	w := newWorld(seed, l.communes, l.points)
	all := w.callers(l.portal)
	l.API.Statements(func() {}) // forget those of the world before
	l.API.Ahead.Store(int64(w.Now.Sub(testapi.Now)))
	if err := l.store(t.Context(), w, broken); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	seeing, blind := []Caller{}, []Caller{}
	for _, c := range some(w, all, len(all)) {
		if len(w.sights(c.Caller)) > 0 {
			seeing = append(seeing, c)
		} else {
			blind = append(blind, c)
		}
	}
	// Half of those that see something first: a world has many who see nothing.
	half := min(len(seeing), callers/2)
	asked := slices.Concat(seeing[:half], blind, seeing[half:])
	return w, asked[:min(len(asked), callers)]
}

// Differences are those between what the caller is answered and what the oracle says,
// each with the alias that shows it.
func (l *Lab) Differences(t testing.TB, w *World, c Caller) []string {
	t.Helper()
	l.Pairs++
	token := l.token(t, c)
	if c.App != nil && !c.App.Applications {
		return l.closed(t, w, c, token)
	}
	w.again(int(w.r.Uint32()))
	q := l.ask(w, c.Caller)
	got, failed := data(l.query(t, token, l.document, q.variables))
	if failed != "" {
		return []string{"errors: " + failed}
	}
	cursors := stripCursors(got)
	stripTexts(got)
	found := l.compare(q.expected, got)
	return append(found, l.turned(t, w, c, token, cursors)...)
}

// closed is the answer to an app without the scope for applications: the operation is
// refused as one, and it may still ask what it lacks.
func (l *Lab) closed(t testing.TB, w *World, c Caller, token string) []string {
	t.Helper()
	var found []string
	whole := l.ask(w, c.Caller)
	if got, failed := data(l.query(t, token, l.document, whole.variables)); !strings.Contains(failed, "SCOPE") || got != nil {
		found = append(found, fmt.Sprintf("all: an app without the scope gets %v %s", got, failed))
	}
	got, failed := data(l.query(t, token, l.rights, nil))
	if failed != "" {
		return append(found, "viewer: "+failed)
	}
	stripTexts(got)
	return append(found, l.compare(object{"viewer": whole.expected["viewer"]}, got)...)
}

// turned walks on from the first item and back from the last.
func (l *Lab) turned(t testing.TB, w *World, c Caller, token string, cursors []string) []string {
	t.Helper()
	seen := w.sights(c.Caller)
	if len(cursors) != len(seen) || len(seen) == 0 {
		return nil // told already, or nothing to turn
	}
	got, failed := data(l.query(t, token, turn, object{"end": cursors[0], "start": cursors[len(cursors)-1]}))
	if failed != "" {
		return []string{"after: " + failed}
	}
	n := len(seen)
	return l.compare(object{
		"after":  page(seen[1:], n, false, true),
		"before": page(seen[:n-1], n, true, false),
	}, got)
}

func (l *Lab) compare(expected, got object) []string {
	var found []string
	for _, alias := range slices.Sorted(maps.Keys(expected)) {
		want := plain(expected[alias])
		sortRights(alias, want)
		sortRights(alias, got[alias])
		if !reflect.DeepEqual(got[alias], want) {
			found = append(found, fmt.Sprintf("%s: got %s, want %s", alias, text(got[alias]), text(want)))
		}
		l.note(alias, want)
	}
	for alias := range got {
		if _, asked := expected[alias]; !asked {
			found = append(found, alias+": nobody said what it must be")
		}
	}
	return found
}

// note counts an answer that showed something.
func (l *Lab) note(alias string, answer any) {
	o, _ := answer.(object)
	edges, _ := o["edges"].([]any)
	if answer == nil || o["edges"] != nil && len(edges) == 0 || o["cells"] != nil && o["totalCount"] == 0.0 {
		return
	}
	if strings.HasPrefix(alias, "axis_") {
		l.Compared[alias]++
		return
	}
	for _, stem := range []string{"filter_", "order_"} {
		if strings.HasPrefix(alias, stem) {
			l.Compared[strings.TrimRight(strings.TrimSuffix(alias, "_"+alias[strings.LastIndex(alias, "_")+1:]), "_")]++
			l.Compared[alias]++
			return
		}
	}
	l.Compared[strings.TrimRight(alias, "0123456789")]++
	if alias == "all" {
		l.Compared["record"]++
	}
}

// Blank are the surfaces of which no answer that showed something was compared.
func (l *Lab) Blank() []string {
	var blank []string
	for surface, alias := range registry {
		if l.Compared[alias] == 0 {
			blank = append(blank, surface)
		}
	}
	slices.Sort(blank)
	return blank
}

// data reads an answer: its data, and its errors in words.
func data(body []byte) (object, string) {
	var answer struct {
		Data   object           `json:"data"`
		Errors []map[string]any `json:"errors"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, string(body)
	}
	if len(answer.Errors) > 0 {
		return answer.Data, text(answer.Errors)
	}
	return answer.Data, ""
}

// stripCursors takes the cursors of the whole list out of the answer: they are
// encrypted, and what they are good for is tried by turning the page.
func stripCursors(got object) []string {
	all, _ := got["all"].(object)
	if info, _ := all["pageInfo"].(object); info != nil {
		delete(info, "startCursor")
		delete(info, "endCursor")
	}
	var cursors []string
	edges, _ := all["edges"].([]any)
	for _, e := range edges {
		edge, _ := e.(object)
		cursor, _ := edge["cursor"].(string)
		cursors = append(cursors, cursor)
		delete(edge, "cursor")
	}
	return cursors
}

// stripTexts takes the texts of the table of grounds out of the rights, where there
// are such texts.
func stripTexts(got object) {
	viewer, _ := got["viewer"].(object)
	rights, _ := viewer["rights"].([]any)
	for _, r := range rights {
		o, _ := r.(object)
		for _, name := range []string{"article", "holdsWhen"} {
			if told, _ := o[name].(string); told != "" {
				delete(o, name)
			}
		}
	}
}

// sortRights makes the order of rights the same: they are a set.
func sortRights(alias string, answer any) {
	if o, _ := answer.(object); alias == "viewer" && o != nil {
		rights, _ := o["rights"].([]any)
		slices.SortFunc(rights, func(a, b any) int { return strings.Compare(text(a), text(b)) })
	}
}

// plain is the value as JSON has it.
func plain(v any) any {
	var p any
	if err := json.Unmarshal([]byte(text(v)), &p); err != nil {
		return err
	}
	return p
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
