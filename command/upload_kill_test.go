package command_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/storage"
)

// kills is how often the program is killed while a file is sent.
const kills = 6

// sending is a file that an agent sends to a program that is killed again and again.
type sending struct {
	t     *testing.T
	p     *program
	token string
	file  []byte
	// ticket is that of the upload, told what was acknowledged so far.
	ticket string
	told   int
}

// graphql asks, and reads the field of the answer.
func (s *sending) graphql(query string, variables map[string]any, field string, into any) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	must(s.t, err)
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.p.url, bytes.NewReader(body))
	must(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	answer := s.do(r)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	must(s.t, err)
	var told struct{ Data map[string]json.RawMessage }
	if err := errors.Join(json.Unmarshal(content, &told), json.Unmarshal(told.Data[field], into)); err != nil {
		s.t.Fatalf("%v: %s", err, content)
	}
}

func (s *sending) do(r *http.Request) *http.Response {
	s.t.Helper()
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := http.DefaultClient.Do(r)
	must(s.t, err)
	return answer
}

func (s *sending) request(method string, body io.Reader) *http.Request {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, strings.TrimSuffix(s.p.url, "/graphql")+"/uploads/"+s.ticket, body)
	must(s.t, err)
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	return r
}

// offset is how much has arrived.
func (s *sending) offset() int {
	s.t.Helper()
	answer := s.do(s.request(http.MethodHead, nil))
	must(s.t, answer.Body.Close())
	n, err := strconv.Atoi(answer.Header.Get("Upload-Offset"))
	must(s.t, err)
	return n
}

// send sends pieces of random lengths from there, until all has arrived or the program
// is gone.
func (s *sending) send(at int) {
	for at < len(s.file) {
		part := s.file[at:min(len(s.file), at+1+rand.IntN(400<<10))]
		r := s.request(http.MethodPatch, bytes.NewReader(part))
		r.Header.Set("Upload-Offset", strconv.Itoa(at))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusNoContent {
			return
		}
		at += len(part)
		s.told = at
	}
}

// A program that is killed at any moment has every byte that it acknowledged, and leaves
// nothing behind that the sweep does not find.
func TestKilledWhileAFileIsSent(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 0))
	dir := newDataDir(t)
	server, err := pgserver.Start(t.Context(), pgserver.Options{Dir: filepath.Join(dir, "postgresql"), CreateDB: true})
	must(t, err)
	t.Cleanup(func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	must(t, server.CreateDatabase(t.Context(), "pieces"))
	dsn := server.DSN("pieces")
	noise := make([]byte, 5<<20)
	for i := range noise {
		noise[i] = byte(dice.Uint32())
	}
	s := &sending{t: t, file: fmt.Appendf(nil, "%%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n2 0 obj\n<<>>\nstream\n%s\nendstream\nendobj\n%%%%EOF\n", noise)}
	s.token, err = sandbox.Token("commune-grenoble-agent", time.Now(), time.Hour)
	must(t, err)
	s.p = startUploads(t, dir, dsn)
	s.prepare()
	for n := range kills {
		gone, from := make(chan struct{}), s.offset()
		go func() { defer close(gone); s.send(from) }()
		<-time.After(time.Duration(dice.IntN(120)) * time.Millisecond)
		s.p.kill(t)
		<-gone
		s.p = startUploads(t, dir, dsn)
		if at := s.offset(); at < s.told {
			t.Fatalf("kill %d: %d bytes were acknowledged, %d are there", n, s.told, at)
		}
	}
	s.send(s.offset())
	s.deposit()
	s.prepare() // and one that comes to nothing
	s.send(0)
	s.p.kill(t)

	left := sweepAll(t, dir, dsn)
	if len(left) != 1 || !strings.Contains(left[0], filepath.Join("pieces", "pieces")) {
		t.Errorf("left after the sweep: %v", left)
	}
}

func startUploads(t *testing.T, dir, dsn string) *program {
	t.Helper()
	return startSandbox(t, dir, "--database-url", dsn)
}

func (s *sending) prepare() {
	s.t.Helper()
	sum := sha256.Sum256(s.file)
	var prepared struct{ Upload struct{ Ticket string } }
	s.graphql(`mutation($n: Int!, $s: String!) { prepareUpload(input: {size: $n, mediaType: PDF, sha256: $s}) { upload { ticket } } }`,
		map[string]any{"n": len(s.file), "s": hex.EncodeToString(sum[:])}, "prepareUpload", &prepared)
	s.ticket = prepared.Upload.Ticket
}

// deposit gives the file in: it is taken as its SHA-256 is the one that was told.
func (s *sending) deposit() {
	s.t.Helper()
	var points struct {
		Edges []struct{ Node struct{ ID, Name string } }
	}
	s.graphql(`{ receptionPoints(first: 100) { edges { node { id name } } } }`, nil, "receptionPoints", &points)
	var town string
	for _, e := range points.Edges {
		if e.Node.Name == "Mairie de Grenoble" {
			town = e.Node.ID
		}
	}
	var given struct {
		Deposit *struct{ Sha256 string }
		Errors  []struct{ Code, Message string }
	}
	s.graphql(`mutation($t: String!, $p: ID!) { depositPieceUnderNumber(input: {ticket: $t, uniqueNumber: "038112699999999999", kind: "AVIS_N2", receptionPointId: $p}) { deposit { sha256 } errors { code message } } }`,
		map[string]any{"t": s.ticket, "p": town}, "depositPieceUnderNumber", &given)
	if sum := sha256.Sum256(s.file); given.Deposit == nil || given.Deposit.Sha256 != hex.EncodeToString(sum[:]) {
		s.t.Errorf("not given in: %+v", given)
	}
}

// sweepAll sweeps as a day later, and lists what is left.
func sweepAll(t *testing.T, dir, dsn string) (left []string) {
	t.Helper()
	secret, err := os.ReadFile(filepath.Join(dir, "sandbox-storage-key"))
	must(t, err)
	keys, err := storage.ParseKeys(strings.TrimSpace(string(secret)))
	must(t, err)
	bucket, err := storage.Open(t.Context(), storage.FolderURL(filepath.Join(dir, "pieces")), keys)
	must(t, err)
	db := open(t, dsn)
	s := service.New(client(db), service.NewClock(func() time.Time { return time.Now().Add(24 * time.Hour) }), true).StoreIn(bucket)
	swept, err := s.SweepStorage(t.Context(), time.Now().Add(24*time.Hour))
	must(t, err)
	if swept == 0 {
		t.Error("nothing was swept")
	}
	must(t, errors.Join(db.Close(), bucket.Close()))
	must(t, filepath.WalkDir(filepath.Join(dir, "pieces"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			left = append(left, path)
		}
		return err
	}))
	return left
}

func client(db *sql.DB) *ent.Client {
	return ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
}
