package storage_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/guichet-logement/guichet/storage"
)

func secret(letter string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, storage.MinKey)))
}

func keys(t *testing.T, secrets ...string) *storage.Keys {
	t.Helper()
	k, err := storage.ParseKeys(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func bucket(t *testing.T, dir string, secrets ...string) *storage.Bucket {
	t.Helper()
	b, err := storage.Open(t.Context(), storage.FolderURL(dir), keys(t, secrets...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func read(t *testing.T, b *storage.Bucket, name string) ([]byte, error) {
	t.Helper()
	r, err := b.Read(t.Context(), name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][]string{
		"none": {}, "empty": {""}, "short": {base64.StdEncoding.EncodeToString(make([]byte, 31))},
		"no base64": {strings.Repeat("é", 40)}, "a bad one after a good one": {secret("a"), "b"},
	} {
		if _, err := storage.ParseKeys(secrets...); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pieces")
	b := bucket(t, dir, secret("a"))
	content := bytes.Repeat([]byte("secret words "), 20_000)
	if err := b.Write(t.Context(), "p/one", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "p", "one")
	kept, err := os.ReadFile(file)
	if err != nil || bytes.Contains(kept, []byte("secret")) {
		t.Fatalf("it stands there in plain words: %v", err)
	}
	if _, err := read(t, b, "p/two"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	if _, err := read(t, bucket(t, dir, secret("b")), "p/one"); err == nil {
		t.Error("read with another key")
	}
	for name, altered := range map[string][]byte{
		"another bit":      slices.Concat(kept[:100_000], []byte{kept[100_000] ^ 1}, kept[100_001:]),
		"cut at a segment": kept[:8+64<<10],
		"cut":              kept[:len(kept)-1],
		"no more than its": kept[:8],
		"nothing":          {},
	} {
		if err := os.WriteFile(file, altered, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, b, "p/one"); err == nil {
			t.Errorf("%s: read", name)
		}
	}
	// Unaltered, it is still not of another name.
	if err := os.WriteFile(filepath.Join(dir, "p", "other"), kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, b, "p/other"); err == nil {
		t.Error("read under the name of another")
	}
	if _, err := storage.Open(t.Context(), "ftp://nowhere", keys(t, secret("a"))); err == nil {
		t.Error("opened")
	}
}

func TestWrittenWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pieces")
	b := bucket(t, dir, secret("a"))
	errCut := errors.New("the line is cut")
	half := io.MultiReader(strings.NewReader(strings.Repeat("x", 200<<10)), iotest.ErrReader(errCut))
	if err := b.Write(t.Context(), "half", half); !errors.Is(err, errCut) {
		t.Errorf("half: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Write(ended, "late", strings.NewReader("words")); err == nil {
		t.Error("written after the end")
	}
	for _, name := range []string{"half", "late"} {
		if _, err := read(t, b, name); !errors.Is(err, storage.ErrNotFound) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pieces")
	before := bucket(t, dir, secret("a"))
	if err := before.Write(t.Context(), "old", strings.NewReader("old words")); err != nil {
		t.Fatal(err)
	}
	after := bucket(t, dir, secret("b"), secret("a"))
	if err := after.Write(t.Context(), "new", strings.NewReader("new words")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"old": "old words", "new": "new words"} {
		if got, err := read(t, after, name); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := read(t, before, "new"); err == nil {
		t.Error("the new key is not used")
	}
	if err := after.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pieces")
	b := bucket(t, dir, secret("a"))
	for _, name := range []string{"u/orphan", "p/known", "u/new"} {
		if err := b.Write(t.Context(), name, strings.NewReader(name)); err != nil {
			t.Fatal(err)
		}
	}
	// What a killed process leaves beside what it was to become.
	if err := os.WriteFile(filepath.Join(dir, "u", "fileblob123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	hour := time.Now().Add(-time.Hour)
	for _, name := range []string{"u/orphan", "p/known", "u/fileblob123"} {
		if err := os.Chtimes(filepath.Join(dir, name), hour, hour); err != nil {
			t.Fatal(err)
		}
	}
	errDown := errors.New("nobody knows")
	if _, err := b.Sweep(t.Context(), time.Now().Add(-time.Minute), func([]string) (map[string]bool, error) { return nil, errDown }); !errors.Is(err, errDown) {
		t.Errorf("swept all the same: %v", err)
	}
	swept, err := b.Sweep(t.Context(), time.Now().Add(-time.Minute), func(names []string) (map[string]bool, error) {
		slices.Sort(names)
		if !slices.Equal(names, []string{"p/known", "u/fileblob123", "u/orphan"}) {
			t.Errorf("asked about %v", names)
		}
		return map[string]bool{"p/known": true}, nil
	})
	if err != nil || swept != 2 {
		t.Errorf("%d swept, %v", swept, err)
	}
	for name, there := range map[string]bool{"u/orphan": false, "p/known": true, "u/new": true} {
		if _, err := read(t, b, name); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.Delete(t.Context(), "p/known"); err != nil {
		t.Error(err)
	}
	if err := b.Delete(t.Context(), "p/known"); err != nil {
		t.Errorf("gone already: %v", err)
	}
}
