package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// hiddenFiles are some that somebody does not see, by what is looked for.
const hiddenFiles = `SELECT a.given_names || ' ' || a.birth_name, a.unique_number, c.phone
	FROM application AS a JOIN application_contact AS c ON c.application_id = a.id
	WHERE a.unique_number LIKE '%1' AND c.phone IS NOT NULL
		AND NOT EXISTS (SELECT FROM application_access AS x WHERE x.application_id = a.id AND x.audience_id = ANY($1))
		AND NOT EXISTS (SELECT FROM application AS o WHERE string_to_array(o.name_key, ' ') @> string_to_array(a.name_key, ' ') AND o.id <> a.id)
		AND NOT EXISTS (SELECT FROM application_contact AS o WHERE o.phone = c.phone AND o.id <> c.id)
	ORDER BY a.id LIMIT 3`

// Who asks for somebody by name, telephone or number has the same done for a file that is
// hidden as for one that is not there, row for row: what is done takes time, and who asks often
// enough can tell how much.
func TestHiddenIsLookedForAsAbsent(t *testing.T) {
	t.Parallel()
	const list = `{ applications(first: 20, orderBy: {field: NAME}, where: {%s: %q}) { totalCount edges { node { id } } } }`
	api := withApplications(t, 2000, testapi.Analysed())
	for _, persona := range []string{"commune-bresson-agent", "commune-grenoble-agent", landlordOfficer} {
		nobody := readsOf(t, api, persona, fmt.Sprintf(list, "search", "nobody"))
		rows, err := api.DB.QueryContext(t.Context(), hiddenFiles, audiencesOf(nobody[len(nobody)-1]))
		must(t, err)
		var hidden int
		for ; rows.Next(); hidden++ {
			var names, number, phone string
			must(t, rows.Scan(&names, &number, &phone))
			for _, o := range []struct{ there, absent string }{
				{fmt.Sprintf(list, "search", names), fmt.Sprintf(list, "search", names+"zz")},
				{fmt.Sprintf(list, "phone", phone), fmt.Sprintf(list, "phone", "+33600000000")},
				{fmt.Sprintf(list, "search", number), fmt.Sprintf(list, "search", number[:len(number)-1]+"0")},
				{fmt.Sprintf(`{ application(uniqueNumber: %q) { id } }`, number), fmt.Sprintf(`{ application(uniqueNumber: %q) { id } }`, number[:len(number)-1]+"0")},
			} {
				there, absent := plansOf(t, api, persona, o.there), plansOf(t, api, persona, o.absent)
				if len(there) == 0 || !reflect.DeepEqual(there, absent) {
					t.Errorf("%s: %s: %+v\nbut %s: %+v", persona, o.there, there, o.absent, absent)
				}
			}
		}
		must(t, rows.Err())
		if hidden != 3 {
			t.Errorf("%s: %d files are hidden", persona, hidden)
		}
	}
}

// plansOf are how the applications of a document are read.
func plansOf(t *testing.T, api *testapi.API, persona, document string) (all []plan) {
	t.Helper()
	for _, s := range readsOf(t, api, persona, document) {
		if strings.Contains(s.Text, entriesTable) {
			p, err := explain(t.Context(), api.DB, s)
			must(t, err)
			all = append(all, p)
		}
	}
	return all
}
