package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// The clients who send at once, and the length of what each sends.
const (
	uploadClients = 32
	uploadLength  = 5 << 20
)

// BenchmarkUploads sends files of 5 MiB by 32 clients, from what is told of them to the
// receipt of a blind deposit: "peak-MiB" is the largest heap that was seen, that of the
// clients included, "early-MiB" the one of the first tenth. Run it as
// -bench Uploads -benchtime 1000x.
func BenchmarkUploads(b *testing.B) {
	api := testapi.New(b)
	var point string
	if err := api.DB.QueryRowContext(b.Context(), "SELECT id FROM reception_point WHERE key = 'mairie-grenoble'").Scan(&point); err != nil {
		b.Fatal(err)
	}
	s := uploads{b: b, api: api, token: testapi.Token(b, "commune-grenoble-agent"), point: point, file: scan()}
	sum := sha256.Sum256(s.file)
	s.sum = fmt.Sprintf("%x", sum)
	watched := watchHeap()
	var next atomic.Int64
	var clients sync.WaitGroup
	var failed atomic.Pointer[error]
	b.ResetTimer()
	for range uploadClients {
		clients.Go(func() {
			for n := next.Add(1); n <= int64(b.N) && failed.Load() == nil; n = next.Add(1) {
				if err := s.one(); err != nil {
					failed.Store(&err)
				}
				if n == int64(b.N/10) {
					watched.early.Store(watched.peak.Load())
				}
			}
		})
	}
	clients.Wait()
	b.StopTimer()
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	close(watched.done)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "uploads/s")
	b.ReportMetric(float64(watched.early.Load()>>20), "early-MiB")
	b.ReportMetric(float64(watched.peak.Load()>>20), "peak-MiB")
}

// scan is a document that looks like one of a scanner: a picture that does not deflate.
func scan() []byte {
	const head, tail = "%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n2 0 obj\n<</Filter/DCTDecode>>\nstream\n", "\nendstream\nendobj\n%%EOF\n"
	picture := make([]byte, uploadLength-len(head)-len(tail))
	dice := rand.New(rand.NewPCG(1, 1))
	for i := range picture {
		picture[i] = byte(dice.Uint32())
	}
	return append(append([]byte(head), picture...), tail...)
}

// uploads are what every client sends.
type uploads struct {
	b                 *testing.B
	api               *testapi.API
	token, point, sum string
	file              []byte
}

// one sends a file and gives it in.
func (s *uploads) one() error {
	var prepared struct {
		Data struct {
			PrepareUpload struct{ Upload struct{ Ticket, Path string } }
		}
	}
	err := s.ask(`mutation($n: Int!, $s: String!) { prepareUpload(input: {size: $n, mediaType: PDF, sha256: $s}) { upload { ticket path } } }`,
		map[string]any{"n": len(s.file), "s": s.sum}, &prepared)
	if err != nil {
		return err
	}
	to := prepared.Data.PrepareUpload.Upload
	status, content, err := s.send(http.MethodPatch, to.Path, s.file, "application/offset+octet-stream")
	if err != nil || status != http.StatusNoContent {
		return fmt.Errorf("send: %d %s: %w", status, content, err)
	}
	var given struct {
		Data struct {
			DepositPieceUnderNumber struct{ Deposit *struct{ ID string } }
		}
	}
	err = s.ask(`mutation($t: String!, $p: ID!) { depositPieceUnderNumber(input: {ticket: $t, uniqueNumber: "038112699999999999", kind: "AVIS_N2", receptionPointId: $p}) { deposit { id } } }`,
		map[string]any{"t": to.Ticket, "p": s.point}, &given)
	if err == nil && given.Data.DepositPieceUnderNumber.Deposit == nil {
		err = fmt.Errorf("%s was not given in", to.Path)
	}
	return err
}

func (s *uploads) ask(query string, variables map[string]any, into any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	_, content, err := s.send(http.MethodPost, "/graphql", body, "application/json")
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}

func (s *uploads) send(method, path string, body []byte, media string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(s.b.Context(), method, s.api.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", media)
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Upload-Offset", "0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	return answer.StatusCode, content, err
}

// heap is the largest one that was seen.
type heap struct {
	peak, early atomic.Uint64
	done        chan struct{}
}

func watchHeap() *heap {
	h := &heap{done: make(chan struct{})}
	go func() {
		ticks := time.NewTicker(20 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-h.done:
				return
			case <-ticks.C:
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				h.peak.Store(max(h.peak.Load(), now.HeapInuse))
			}
		}
	}()
	return h
}
