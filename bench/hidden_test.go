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

// hiddenFile is what somebody who is hidden could be looked for by.
type hiddenFile struct{ names, number, phone string }

// Who asks for somebody by name, telephone or number has the same done for a file that is
// hidden as for one that is not there, row for row: what is done takes time, and who asks often
// enough can tell how much.
func TestHiddenIsLookedForAsAbsent(t *testing.T) {
	t.Parallel()
	const list = `{ applications(first: 20, orderBy: {field: NAME}, where: {%s: %q}) { totalCount edges { node { id } } } }`
	const one = `{ application(uniqueNumber: %q) { id } }`
	api := withApplications(t, 2000, testapi.Analysed())
	for _, persona := range []string{"commune-bresson-agent", "commune-grenoble-agent", landlordOfficer} {
		for _, f := range hiddenFrom(t, api, persona) {
			absent := f.number[:len(f.number)-1] + "0"
			for _, o := range []struct{ there, absent string }{
				{fmt.Sprintf(list, "search", f.names), fmt.Sprintf(list, "search", f.names+"zz")},
				{fmt.Sprintf(list, "phone", f.phone), fmt.Sprintf(list, "phone", "+33600000000")},
				{fmt.Sprintf(list, "search", f.number), fmt.Sprintf(list, "search", absent)},
				{fmt.Sprintf(one, f.number), fmt.Sprintf(one, absent)},
			} {
				there, absent := plansOf(t, api, persona, o.there), plansOf(t, api, persona, o.absent)
				if len(there) == 0 || !reflect.DeepEqual(there, absent) {
					t.Errorf("%s: %s: %+v\nbut %s: %+v", persona, o.there, there, o.absent, absent)
				}
			}
		}
	}
}

func hiddenFrom(t *testing.T, api *testapi.API, persona string) (all []hiddenFile) {
	t.Helper()
	reads := readsOf(t, api, persona, `{ applications(first: 1) { totalCount } }`)
	rows, err := api.DB.QueryContext(t.Context(), hiddenFiles, audiencesOf(reads[len(reads)-1]))
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var f hiddenFile
		must(t, rows.Scan(&f.names, &f.number, &f.phone))
		all = append(all, f)
	}
	must(t, rows.Err())
	if len(all) != 3 {
		t.Fatalf("%d files are hidden from %s", len(all), persona)
	}
	return all
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
