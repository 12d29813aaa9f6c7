package server_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/antivirus"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/sandbox"
)

// scanned is a document of one page with that in its stream, deflated as scanners do.
func scanned(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := io.WriteString(z, content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n4 0 obj\n<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n%%%%EOF\n", b.Len(), b.String())
}

// picture begins a PNG of that size; what follows of it is not looked at.
func picture(width, height uint32) []byte {
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), make([]byte, 17)...)
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	return b
}

// sent is a file on its way.
type sent struct{ Ticket, Path string }

const prepareMutation = `mutation($size: Int!, $type: MediaType!, $sha: String!) { prepareUpload(input: {size: $size, mediaType: $type, sha256: $sha}) { errors { code field } upload { ticket path } } }`

func (d desk) prepare(as, media string, file []byte) sent {
	d.t.Helper()
	sum := sha256.Sum256(file)
	a := d.Query(d.t, as, prepareMutation, map[string]any{"size": len(file), "type": media, "sha": hex.EncodeToString(sum[:])})
	var told struct {
		Data struct{ PrepareUpload struct{ Upload *sent } }
	}
	if err := json.Unmarshal([]byte(a.Body), &told); err != nil || told.Data.PrepareUpload.Upload == nil {
		d.t.Fatalf("%s prepares: %v %s", as, err, a.Body)
	}
	return *told.Data.PrepareUpload.Upload
}

// http sends a request with the token of somebody.
func (d desk) http(as, method, path string, body io.Reader, header ...string) testapi.Answer {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.URL+path, body)
	if err != nil {
		d.t.Fatal(err)
	}
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+d.Bearer(d.t, as))
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return testapi.Answer{Status: response.StatusCode, Header: response.Header, Body: string(content)}
}

// patch sends the next bytes, as tus says.
func (d desk) patch(as string, to sent, offset int, part []byte) testapi.Answer {
	d.t.Helper()
	return d.http(as, http.MethodPatch, to.Path, bytes.NewReader(part), "Tus-Resumable", "1.0.0",
		"Content-Type", "application/offset+octet-stream", "Upload-Offset", fmt.Sprint(offset))
}

// arrived sends a whole file.
func (d desk) arrived(as, media string, file []byte) sent {
	d.t.Helper()
	to := d.prepare(as, media, file)
	if a := d.patch(as, to, 0, file); a.Status != http.StatusNoContent {
		d.t.Fatalf("%s sends: %d %s", as, a.Status, a.Body)
	}
	return to
}

const depositMutation = `mutation($t: String!, $a: ID!, $k: String!, $m: [ID!]!, $p: ID) { depositPiece(input: {ticket: $t, applicationId: $a, kind: $k, memberIds: $m, receptionPointId: $p}) { errors { code field } piece { id kind state scan file { sha256 mediaType pages size } members { id } } deposit { id kind pages } } }`

func (d desk) deposit(as string, of sent, application, kind, point string, members ...string) testapi.Answer {
	d.t.Helper()
	v := map[string]any{"t": of.Ticket, "a": application, "k": kind, "m": append([]string{}, members...)}
	if point != "" {
		v["p"] = point
	}
	return d.Query(d.t, as, depositMutation, v)
}

// given gives in a clean piece, and returns its identifier.
func (d desk) given(as, application, kind, point string, members ...string) string {
	d.t.Helper()
	a := d.deposit(as, d.arrived(as, "PDF", scanned(d.t, kind+time.Now().String())), application, kind, point, members...)
	if outcome(a) != "OK" {
		d.t.Fatalf("%s gives %s: %s", as, kind, a.Body)
	}
	d.antivirus()
	var id string
	d.scan(&id, "SELECT id FROM piece ORDER BY id DESC LIMIT 1")
	return id
}

func (d desk) antivirus() {
	d.t.Helper()
	if err := d.Service.ScanPieces(d.t.Context(), antivirus.Development{}); err != nil {
		d.t.Fatal(err)
	}
}

// fetch gets a ticket for a piece, and what it opens to somebody.
func (d desk) fetch(owner, user, piece string) (ticket string, a testapi.Answer) {
	d.t.Helper()
	asked := d.Query(d.t, owner, `query($id: ID!) { pieceTicket(id: $id) { path } }`, map[string]any{"id": piece})
	var told struct {
		Data struct{ PieceTicket *struct{ Path string } }
	}
	if err := json.Unmarshal([]byte(asked.Body), &told); err != nil {
		d.t.Fatal(err)
	}
	if told.Data.PieceTicket == nil {
		return "", testapi.Answer{}
	}
	return told.Data.PieceTicket.Path, d.http(user, http.MethodGet, told.Data.PieceTicket.Path, nil)
}

// files are the names in the storage.
func (d desk) files() (names []string) {
	d.t.Helper()
	err := filepath.WalkDir(d.Storage, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return names
}

const (
	grenobleAgent = "commune-grenoble-agent"
	echirolles    = "commune-echirolles-agent"
)

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, c := range []struct {
		as   string
		size int
		sha  string
		want string
	}{
		{"", 10, strings.Repeat("a", 64), "UNAUTHENTICATED"},
		{"commune-grenoble-admin", 10, strings.Repeat("a", 64), "FORBIDDEN"},
		{"commune-grenoble-manager", 10, strings.Repeat("a", 64), "FORBIDDEN"},
		{"app:" + portal, 10, strings.Repeat("a", 64), "FORBIDDEN"},
		{grenobleAgent, 0, strings.Repeat("a", 64), "INVALID"},
		{grenobleAgent, 10<<20 + 1, strings.Repeat("a", 64), "INVALID"},
		{grenobleAgent, 10, "abc", "INVALID"},
		{grenobleAgent, 10 << 20, strings.Repeat("A", 64), "OK"},
		{"account:nobody", 10, strings.Repeat("a", 64), "OK"},
	} {
		a := d.Query(t, c.as, prepareMutation, map[string]any{"size": c.size, "type": "PDF", "sha": c.sha})
		if outcome(a) != c.want {
			t.Errorf("%q, %d bytes: %s, want %s", c.as, c.size, a.Body, c.want)
		}
	}
	file := scanned(t, "words")
	to := d.prepare(grenobleAgent, "PDF", file)
	for name, a := range map[string]testapi.Answer{
		"unknown":             d.patch(grenobleAgent, sent{Path: "/uploads/" + strings.Repeat("x", 43)}, 0, file),
		"another's":           d.patch(echirolles, to, 0, file),
		"through an app":      d.patch("app:"+portal+" for commune-grenoble-admin", to, 0, file),
		"without a token":     d.patch("", to, 0, file),
		"asked by another":    d.http(echirolles, http.MethodHead, to.Path, nil, "Tus-Resumable", "1.0.0"),
		"made by the caller":  d.http(grenobleAgent, http.MethodPost, "/uploads/", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "5"),
		"read again":          d.http(grenobleAgent, http.MethodGet, to.Path, nil, "Tus-Resumable", "1.0.0"),
		"a ticket of a piece": d.http(grenobleAgent, http.MethodGet, "/pieces/"+strings.Repeat("x", 90), nil),
	} {
		if a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	if a := d.patch(grenobleAgent, to, 5, file[5:]); a.Status != http.StatusConflict {
		t.Errorf("beyond what arrived: %d %s", a.Status, a.Body)
	}
	if a := d.patch(grenobleAgent, to, 0, append(file, 'x')); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("more than was told: %d %s", a.Status, a.Body)
	}
	d.Ahead.Add(int64(16 * time.Minute))
	if a := d.patch(grenobleAgent, to, 0, file); a.Status != http.StatusNotFound {
		t.Errorf("late: %d %s", a.Status, a.Body)
	}
	if log := d.Log.String(); strings.Contains(log, to.Ticket) {
		t.Error("the log has a ticket")
	}
}

func TestTooManyUploads(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 40 {
		d.prepare(grenobleAgent, "PDF", []byte("x"))
	}
	a := d.Query(t, grenobleAgent, prepareMutation, map[string]any{"size": 1, "type": "PDF", "sha": strings.Repeat("a", 64)})
	if outcome(a) != "RATE_LIMITED" {
		t.Error(a.Body)
	}
	d.prepare(echirolles, "PDF", []byte("x"))
}

func TestFilesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	good := scanned(t, "words")
	half := d.prepare(grenobleAgent, "PDF", good)
	if a := d.patch(grenobleAgent, half, 0, good[:20]); a.Status != http.StatusNoContent {
		t.Fatal(a.Body)
	}
	lying := d.prepare(grenobleAgent, "PDF", good)
	if a := d.patch(grenobleAgent, lying, 0, append([]byte("?"), good[1:]...)); a.Status != http.StatusNoContent {
		t.Fatal(a.Body)
	}
	for name, c := range map[string]struct {
		of   sent
		want string
	}{
		"half of it":            {half, "UPLOAD_UNFINISHED"},
		"another file":          {lying, "FILE_HASH_DIFFERS"},
		"of another type":       {d.arrived(grenobleAgent, "PNG", good), "FILE_TYPE_DIFFERS"},
		"a page":                {d.arrived(grenobleAgent, "PDF", []byte("<html>")), "FILE_TYPE"},
		"a page before a PDF":   {d.arrived(grenobleAgent, "PDF", append([]byte("<html>"), good...)), "FILE_AMBIGUOUS"},
		"no end":                {d.arrived(grenobleAgent, "PDF", good[:len(good)-6]), "FILE_DAMAGED"},
		"a bomb":                {d.arrived(grenobleAgent, "PNG", picture(20_000, 20_000)), "FILE_EXPANDS"},
		"the ticket of another": {d.arrived(echirolles, "PDF", good), "NOT_FOUND"},
		"no ticket":             {sent{Ticket: "none"}, "NOT_FOUND"},
	} {
		if a := d.deposit(grenobleAgent, c.of, x.id, "AVIS_N2", point); outcome(a) != c.want {
			t.Errorf("%s: %s, want %s", name, a.Body, c.want)
		}
	}
	var pieces int
	if d.scan(&pieces, "SELECT count(*) FROM piece"); pieces != 0 {
		t.Errorf("%d pieces", pieces)
	}
	late := d.arrived(grenobleAgent, "PDF", good)
	d.Ahead.Add(int64(16 * time.Minute))
	if a := d.deposit(grenobleAgent, late, x.id, "AVIS_N2", point); outcome(a) != "NOT_FOUND" {
		t.Errorf("late: %s", a.Body)
	}
}

func TestWhoDeposits(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x := d.edge(sandbox.EdgeSingle)
	grenoble, there := d.point("mairie-grenoble"), d.point("mairie-echirolles")
	file := scanned(t, "words")
	if a := d.receive(echirolles, x.number, x.born[0], d.contact(echirolles, there)); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	for _, c := range []struct{ name, as, point, kind, member, want string }{
		{"who does not see it", "commune-bresson-agent", d.point("mairie-bresson"), "ID_FR", "", "NOT_FOUND"},
		{"at a point of others", grenobleAgent, there, "ID_FR", "", "FORBIDDEN"},
		{"at no point", grenobleAgent, "", "ID_FR", "", "FORBIDDEN"},
		{"the Métropole's agent", "metropole-agent", grenoble, "ID_FR", "", "FORBIDDEN"},
		{"the applicant at a point", sandbox.ApplicantSingle, grenoble, "ID_FR", "", "FORBIDDEN"},
		{"no such kind", grenobleAgent, grenoble, "LOVE_LETTER", "", "UNKNOWN_REFERENCE"},
		{"of another household", grenobleAgent, grenoble, "ID_FR", d.edge(sandbox.EdgeCouple).members[0], "UNKNOWN_REFERENCE"},
		{"who follows", grenobleAgent, grenoble, "ID_FR", x.members[0], "OK"},
		{"who received", echirolles, there, "AVIS_N2", "", "OK"},
		{"the applicant", sandbox.ApplicantSingle, "", "PATRIMOINE", "", "OK"},
	} {
		as := c.as
		var members []string
		if c.member != "" {
			members = []string{c.member}
		}
		to := d.arrived(as, "PDF", file)
		a := d.deposit(as, to, x.id, c.kind, c.point, members...)
		if outcome(a) != c.want {
			t.Errorf("%s: %s, want %s", c.name, a.Body, c.want)
		}
		if c.want == "OK" {
			if again := d.deposit(as, to, x.id, c.kind, c.point, members...); outcome(again) != "NOT_FOUND" {
				t.Errorf("%s, again by the same ticket: %s", c.name, again.Body)
			}
		}
	}
	a := d.Query(t, echirolles, `{ deposits(first: 10) { kind pages receptionPoint { key } } }`, nil)
	if a.Body != `{"data":{"deposits":[{"kind":"AVIS_N2","pages":1,"receptionPoint":{"key":"mairie-echirolles"}}]}}` {
		t.Errorf("receipts: %s", a.Body)
	}
	if a := d.Query(t, "", `{ deposits(first: 10) { kind } }`, nil); outcome(a) != "UNAUTHENTICATED" {
		t.Errorf("anybody's receipts: %s", a.Body)
	}
	if a := d.Query(t, echirolles, `{ deposits(first: 0) { kind } }`, nil); outcome(a) != "PAGE_SIZE" || !strings.Contains(a.Body, "between 1 and 100") {
		t.Errorf("no receipt: %s", a.Body)
	}
}

// Who sees which pieces, and whose bytes.
func TestWhoSeesPieces(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x := d.edge(sandbox.EdgeCouple) // followed by the shared desk; two adults with an account each
	desk, there := d.point("pole-habitat-social"), d.point("mairie-echirolles")
	const agent = "shared-desk-agent"
	ordinary := d.given(agent, x.id, "AVIS_N2", desk, x.members[0], x.members[1])
	hers := d.given(agent, x.id, "SANTE", desk, x.members[0])
	nobodys := d.given(agent, x.id, "VIOLENCES", desk)
	if a := d.receive(echirolles, x.number, x.born[0], d.contact(echirolles, there)); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	own := d.given(echirolles, x.id, "HANDICAP", there)
	for _, c := range []struct {
		as         string
		sees, gets []string
	}{
		{"", nil, nil},
		{"commune-bresson-agent", nil, nil},
		{"commune-grenoble-allocation", nil, nil},
		{agent, []string{ordinary}, []string{ordinary}},
		{"shared-desk-social", []string{ordinary, hers, nobodys, own}, []string{ordinary, hers, nobodys, own}},
		{"metropole-agent", []string{ordinary}, []string{ordinary}},
		{"metropole-social", []string{ordinary, hers, nobodys, own}, []string{ordinary, hers, nobodys, own}},
		{echirolles, []string{ordinary, own}, []string{own}},
		{sandbox.ApplicantCoupleFirst, []string{ordinary, hers}, []string{ordinary, hers}},
		{sandbox.ApplicantCoupleSecond, []string{ordinary}, []string{ordinary}},
	} {
		a := d.Query(t, c.as, `query($n: UniqueNumber!) { application(uniqueNumber: $n) { pieces { id kind state } } }`, map[string]any{"n": x.number})
		for name, id := range map[string]string{"ordinary": ordinary, "hers": hers, "nobody's": nobodys, "own": own} {
			if want := slices.Contains(c.sees, id); strings.Contains(a.Body, id) != want {
				t.Errorf("%q sees %s: %v: %s", c.as, name, !want, a.Body)
			}
			ticket, answer := d.fetch(c.as, c.as, id)
			if want := slices.Contains(c.gets, id); (ticket != "" && answer.Status == http.StatusOK) != want {
				t.Errorf("%q gets %s: %v: %d %s", c.as, name, !want, answer.Status, answer.Body)
			}
		}
	}
	// A day later what was received is closed.
	d.Ahead.Add(int64(25 * time.Hour))
	if ticket, _ := d.fetch(echirolles, echirolles, own); ticket != "" {
		t.Error("received for ever")
	}
}

func TestTicketsThatOpenNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	content := scanned(t, "the notice")
	if a := d.deposit(grenobleAgent, d.arrived(grenobleAgent, "PDF", content), x.id, "AVIS_N2", point); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	var id string
	d.scan(&id, "SELECT id FROM piece")
	if ticket, _ := d.fetch(grenobleAgent, grenobleAgent, id); ticket != "" {
		t.Error("a ticket for what waits for the antivirus")
	}
	d.antivirus()
	ticket, a := d.fetch(grenobleAgent, grenobleAgent, id)
	if a.Status != http.StatusOK || a.Body != string(content) || a.Header.Get("Content-Type") != "application/pdf" ||
		!strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	var lines int
	if d.scan(&lines, "SELECT count(*) FROM audit_line WHERE operation = 'downloadPiece' AND 'DOCUMENTS' = ANY(column_groups) AND application_ids = ARRAY[$1]", x.id); lines != 1 {
		t.Errorf("%d lines in the trail", lines)
	}
	for _, as := range []string{"", echirolles, "metropole-agent", sandbox.ApplicantSingle} {
		if a := d.http(as, http.MethodGet, ticket, nil); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "TICKET") {
			t.Errorf("%q uses the ticket of another: %d %s", as, a.Status, a.Body)
		}
	}
	altered := ticket[:len(ticket)-1] + string(ticket[len(ticket)-1]^1)
	if a := d.http(grenobleAgent, http.MethodGet, altered, nil); a.Status != http.StatusNotFound {
		t.Errorf("altered: %d", a.Status)
	}
	d.exec("UPDATE piece SET sensitive = true") // what was open is no longer
	if a := d.http(grenobleAgent, http.MethodGet, ticket, nil); a.Status != http.StatusNotFound {
		t.Errorf("of what is closed by now: %d", a.Status)
	}
	d.exec("UPDATE piece SET sensitive = false")
	d.Ahead.Add(int64(6 * time.Minute))
	if a := d.http(grenobleAgent, http.MethodGet, ticket, nil); a.Status != http.StatusNotFound {
		t.Errorf("late: %d", a.Status)
	}
}

// A telephone on a bad line: what was acknowledged is there after every break, and the
// parts are gone once the file was given in.
func TestResumedUpload(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	file := scanned(t, strings.Repeat(time.Now().String(), 1000))
	to := d.prepare(grenobleAgent, "PDF", file)
	for offset := 0; offset < len(file); {
		part := file[offset:min(len(file), offset+len(file)/3+1)]
		if a := d.patch(grenobleAgent, to, offset, part); a.Status != http.StatusNoContent {
			t.Fatalf("at %d: %d %s", offset, a.Status, a.Body)
		}
		offset += len(part)
		a := d.http(grenobleAgent, http.MethodHead, to.Path, nil, "Tus-Resumable", "1.0.0")
		if a.Header.Get("Upload-Offset") != fmt.Sprint(offset) || a.Header.Get("Upload-Length") != fmt.Sprint(len(file)) {
			t.Errorf("at %d: %v", offset, a.Header)
		}
	}
	if a := d.deposit(grenobleAgent, to, x.id, "ID_FR", point, x.members[0]); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	if left := d.files(); len(left) != 1 || !strings.Contains(left[0], "pieces/") {
		t.Errorf("left: %v", left)
	}
	kept, err := os.ReadFile(d.files()[0])
	if err != nil || bytes.Contains(kept, []byte("%PDF")) {
		t.Errorf("in plain words: %v", err)
	}
}

func TestSweptAndScanned(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	d.arrived(grenobleAgent, "PDF", scanned(t, "never given in"))
	live := d.arrived(grenobleAgent, "PDF", scanned(t, "on its way"))
	kept := d.given(grenobleAgent, x.id, "ID_FR", point, x.members[0])
	tomorrow := time.Now().Add(24 * time.Hour)
	d.exec("UPDATE upload SET expires_at = $1 WHERE id = (SELECT min(id) FROM upload)", testapi.Now.Add(-time.Minute))
	swept, err := d.Service.SweepStorage(t.Context(), tomorrow)
	if err != nil || swept != 1 || len(d.files()) != 2 {
		t.Errorf("%d swept, %v left, %v", swept, d.files(), err)
	}
	if _, a := d.fetch(grenobleAgent, grenobleAgent, kept); a.Status != http.StatusOK {
		t.Errorf("swept away: %d", a.Status)
	}
	if a := d.deposit(grenobleAgent, live, x.id, "PATRIMOINE", point); outcome(a) != "OK" {
		t.Errorf("swept on its way: %s", a.Body)
	}
	d.antivirus()
	// The test file in a document: it is taken, found, and gone.
	infected := append([]byte("%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n%"+`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-`), `ANTIVIRUS-TEST-FILE!$H+H*`+"\n%%EOF\n"...)
	if a := d.deposit(grenobleAgent, d.arrived(grenobleAgent, "PDF", infected), x.id, "AVIS_N2", point); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	before := len(d.files())
	d.antivirus()
	var state, why string
	d.scan(&state, "SELECT state FROM piece WHERE scan = 'INFECTED'")
	d.scan(&why, "SELECT refused_for FROM piece WHERE scan = 'INFECTED'")
	if state != "REFUSED" || why != "INFECTED" || len(d.files()) != before-1 {
		t.Errorf("%s for %s, %d files of %d", state, why, len(d.files()), before)
	}
	// A scanner that is down keeps pieces waiting, and nothing is lost.
	if a := d.deposit(grenobleAgent, d.arrived(grenobleAgent, "PDF", scanned(t, "late")), x.id, "AVIS_N2", point); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	if err := d.Service.ScanPieces(t.Context(), antivirus.Clamd{Network: "unix", Address: "/nowhere"}); err == nil {
		t.Error("nobody answered, and nobody minds")
	}
	var pending int
	if d.scan(&pending, "SELECT count(*) FROM piece WHERE scan = 'PENDING'"); pending != 1 {
		t.Errorf("%d wait", pending)
	}
}

// A blind deposit tells nothing: the same receipt and the same statements for a number
// that is somebody's, nobody's, protected or erased.
func TestBlindDeposit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	there := d.point("mairie-bresson")
	x, erased := d.edge(sandbox.EdgeSingle), d.edge(sandbox.EdgeCentenarian)
	d.exec("UPDATE application SET state = 'REMOVED', removed_on = '2025-11-01' WHERE id = $1", erased.id)
	d.exec("UPDATE application SET state = 'ERASED', erased_on = '2026-11-01', name_key = '', birth_name = '' WHERE id = $1", erased.id)
	const blind = `mutation($t: String!, $n: UniqueNumber!, $p: ID!) { depositPieceUnderNumber(input: {ticket: $t, uniqueNumber: $n, kind: "AVIS_N2", receptionPointId: $p}) { errors { code } deposit { kind pages receptionPoint { key } } } }`
	give := func(as, number, point string) (a testapi.Answer, sent []string) {
		v := map[string]any{"t": d.arrived(as, "PDF", scanned(t, "blind")).Ticket, "n": number, "p": point}
		sent = d.Statements(func() { a = d.Query(t, as, blind, v) })
		return a, sent
	}
	if a, _ := give(grenobleAgent, x.number, there); outcome(a) != "FORBIDDEN" {
		t.Errorf("at a point of others: %s", a.Body)
	}
	if a, _ := give(sandbox.ApplicantSingle, x.number, there); outcome(a) != "FORBIDDEN" {
		t.Errorf("an applicant: %s", a.Body)
	}
	give("commune-bresson-agent", x.number, there) // statements are prepared
	d.exec("DELETE FROM deposit")
	first, statements := give("commune-bresson-agent", x.number, there)
	if outcome(first) != "OK" {
		t.Fatal(first.Body)
	}
	for name, number := range map[string]string{
		"nobody's": "038112699999999999", "protected": d.edge(sandbox.EdgeProtectedDesk).number, "erased": erased.number,
	} {
		a, sent := give("commune-bresson-agent", number, there)
		if a.Body != first.Body {
			t.Errorf("%s: %s", name, a.Body)
		}
		if strings.Join(sent, "\n") != strings.Join(statements, "\n") {
			t.Errorf("%s: other statements\n%s\n%s", name, strings.Join(sent, "\n"), strings.Join(statements, "\n"))
		}
	}
	d.antivirus()
	brought := d.listed("SELECT application_id FROM piece ORDER BY 1")
	if len(brought) != 2 || !slices.Contains(brought, x.id) || !slices.Contains(brought, d.edge(sandbox.EdgeProtectedDesk).id) {
		t.Errorf("brought to %v", brought)
	}
	if waiting := d.listed("SELECT id FROM deposit WHERE unique_number IS NOT NULL"); len(waiting) != 2 {
		t.Errorf("%d wait", len(waiting))
	}
	d.Ahead.Add(int64(31 * 24 * time.Hour))
	d.antivirus()
	if waiting := d.listed("SELECT id FROM deposit WHERE unique_number IS NOT NULL"); len(waiting) != 0 || len(d.files()) != 5 { // two were brought; three uploads came to nothing, above
		t.Errorf("%d wait for ever, %d files", len(waiting), len(d.files()))
	}
}

// From the first piece to a complete file.
func TestPiecesBecomeProof(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	x, point := d.edge(sandbox.EdgeSingle), d.point("mairie-grenoble")
	const accept = `mutation($id: ID!, $issued: Date, $m: [ID!]) { acceptPiece(input: {pieceId: $id, issuedOn: $issued, memberIds: $m}) { errors { code field } piece { state servesUntil members { id } } } }`
	const refuse = `mutation($id: ID!, $why: PieceRefusal!, $due: Date) { refusePiece(input: {pieceId: $id, reason: $why, dueOn: $due}) { errors { code field } piece { state refusedFor dueOn } } }`
	complete := func(as string, on any) string {
		return d.Query(t, as, `query($n: UniqueNumber!, $on: Date) { application(uniqueNumber: $n) { completeness(on: $on) { percent required accepted missing { kinds level memberId state refusedFor dueOn } } } }`,
			map[string]any{"n": x.number, "on": on}).Body
	}
	if got := complete(grenobleAgent, nil); !strings.Contains(got, `{"percent":0,"required":6,"accepted":0,"missing":[{"kinds":["ID_FR","ID_UE","SEJOUR"],"level":"REGISTRATION","memberId":"`+x.members[0]+`","state":"MISSING"`) {
		t.Errorf("nothing: %s", got)
	}
	for _, as := range []string{"commune-grenoble-allocation", "state-allocation"} {
		if got := complete(as, nil); !strings.Contains(got, `"completeness":null`) {
			t.Errorf("%s: %s", as, got)
		}
	}
	notice := d.given(grenobleAgent, x.id, "AVIS_N2", point)
	fresh := d.deposit(grenobleAgent, d.arrived(grenobleAgent, "PDF", scanned(t, "new")), x.id, "ID_FR", point, x.members[0])
	var pending string
	d.scan(&pending, "SELECT id FROM piece WHERE scan = 'PENDING'")
	for _, c := range []struct {
		name, as, id string
		issued       any
		want         string
	}{
		{"nobody", "", notice, "2025-09-01", "NOT_FOUND"},
		{"who does not see it", "commune-bresson-agent", notice, "2025-09-01", "NOT_FOUND"},
		{"the applicant", sandbox.ApplicantSingle, notice, "2025-09-01", "FORBIDDEN"},
		{"the Métropole's agent", "metropole-agent", notice, "2025-09-01", "FORBIDDEN"},
		{"the manager of the point", "commune-grenoble-manager", notice, "2025-09-01", "FORBIDDEN"},
		{"not scanned yet", grenobleAgent, pending, nil, "ILLEGAL_TRANSITION"},
		{"without its day", grenobleAgent, notice, nil, "INVALID"},
		{"of tomorrow", grenobleAgent, notice, "2027-01-01", "INVALID"},
		{"well", grenobleAgent, notice, "2025-09-01", "OK"},
		{"again", grenobleAgent, notice, "2025-09-01", "ILLEGAL_TRANSITION"},
	} {
		a := d.Query(t, c.as, accept, map[string]any{"id": c.id, "issued": c.issued, "m": x.members[:1]})
		if outcome(a) != c.want {
			t.Errorf("%s: %s, want %s (%s)", c.name, a.Body, c.want, fresh.Body)
		}
	}
	if a := d.Query(t, grenobleAgent, refuse, map[string]any{"id": pending, "why": "INFECTED"}); outcome(a) != "INVALID" {
		t.Errorf("infected by hand: %s", a.Body)
	}
	if a := d.Query(t, grenobleAgent, refuse, map[string]any{"id": pending, "why": "UNREADABLE", "due": "2026-11-23"}); outcome(a) != "INVALID" {
		t.Errorf("due today: %s", a.Body)
	}
	if a := d.Query(t, grenobleAgent, refuse, map[string]any{"id": pending, "why": "UNREADABLE"}); a.Body != `{"data":{"refusePiece":{"errors":[],"piece":{"state":"REFUSED","refusedFor":"UNREADABLE","dueOn":"2026-12-23"}}}}` {
		t.Errorf("refused: %s", a.Body)
	}
	for as, want := range map[string]string{
		grenobleAgent:           `"percent":16,"required":6,"accepted":1,"missing":[{"kinds":["ID_FR","ID_UE","SEJOUR"],"level":"REGISTRATION","memberId":"` + x.members[0] + `","state":"REFUSED","refusedFor":"UNREADABLE","dueOn":"2026-12-23"}`,
		sandbox.ApplicantSingle: `"percent":16`,
	} {
		if got := complete(as, nil); !strings.Contains(got, want) {
			t.Errorf("%s: %s", as, got)
		}
	}
	// At a renewal of next year the notice serves no more.
	if got := complete(grenobleAgent, "2027-01-02"); !strings.Contains(got, `"percent":0`) || !strings.Contains(got, `"EXPIRED"`) {
		t.Errorf("next year: %s", got)
	}
	// The last piece that is mandatory ends the time for the single file, once it has begun.
	d.exec("UPDATE application_summary SET personalised_appointment_on = '2026-11-20' WHERE application_id = $1", x.id)
	again := d.given(grenobleAgent, x.id, "ID_FR", point, x.members[0])
	completed := func() (on string) {
		d.scan(&on, "SELECT coalesce(single_file_completed_on::text, '') FROM application_summary WHERE application_id = $1", x.id)
		return on
	}
	before := completed()
	if a := d.Query(t, grenobleAgent, accept, map[string]any{"id": again, "issued": nil, "m": x.members[:1]}); outcome(a) != "OK" || before != "" || completed() != "2026-11-23" {
		t.Errorf("complete on %q, %q before: %s", completed(), before, a.Body)
	}
	if a := d.Query(t, grenobleAgent, `query($n: UniqueNumber!) { application(uniqueNumber: $n) { history { kind } } }`, map[string]any{"n": x.number}); !strings.Contains(a.Body, "SINGLE_FILE_COMPLETE") {
		t.Errorf("history: %s", a.Body)
	}
	d.exec("UPDATE agreement SET level = 1 WHERE reception_point_id = $1", point)
	third := d.given(grenobleAgent, x.id, "PATRIMOINE", point)
	if a := d.Query(t, grenobleAgent, accept, map[string]any{"id": third, "issued": "2026-11-20"}); outcome(a) != "FORBIDDEN" {
		t.Errorf("at level 1: %s", a.Body)
	}
}

// A page of applications with their pieces costs what one costs.
func TestPiecesCostTheSame(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	point := d.point("mairie-grenoble")
	x := d.edge(sandbox.EdgeSingle)
	d.given(grenobleAgent, x.id, "ID_FR", point, x.members[0])
	d.given(grenobleAgent, x.id, "AVIS_N2", point)
	ask := func(where string) (statements int) {
		q := fmt.Sprintf(`{ applications(first: 5%s) { edges { node { pieces { state servesUntil members { id } file { pages } receptionPoint { key } } completeness { percent missing { kinds } } } } } }`, where)
		var a testapi.Answer
		statements = len(d.Statements(func() { a = d.Query(t, "metropole-agent", q, nil) }))
		if len(a.Errors) > 0 {
			t.Fatal(a.Body)
		}
		return statements
	}
	one, many := ask(fmt.Sprintf(", where: {search: %q}", x.number)), ask("")
	if one != many {
		t.Errorf("%d statements for one, %d for five", one, many)
	}
}

// listed reads one column of identifiers.
func (d desk) listed(query string, args ...any) (all []string) {
	d.t.Helper()
	rows, err := d.DB.QueryContext(d.t.Context(), query, args...)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			d.t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		d.t.Fatal(err)
	}
	return all
}

// The settings are those of the contract's words.
func TestUploadSettings(t *testing.T) {
	t.Parallel()
	s := policy.SettingsOn(domain.DateOf(testapi.Now))
	if s.UploadBytes != 10<<20 || s.UploadLife != 15*time.Minute || s.TicketLife != 5*time.Minute || s.PieceDays != 30 {
		t.Errorf("%+v", s)
	}
}
