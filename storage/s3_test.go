package storage_test

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/guichet-logement/guichet/storage"
)

// The same bucket, spoken to in S3.
func TestS3(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "somebody")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "something")
	memory := s3mem.New()
	if err := memory.CreateBucket("pieces"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(memory).Server())
	defer server.Close()
	b, err := storage.Open(t.Context(), "s3://pieces?region=fr&use_path_style=true&endpoint="+server.URL, keys(t, secret("a")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if err := b.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	content := bytes.Repeat([]byte("words "), 10<<20/6)
	if err := b.Write(t.Context(), "pieces/one", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, b, "pieces/one"); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := read(t, b, "pieces/two"); !errors.Is(err, storage.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Write(ended, "pieces/late", strings.NewReader("words")); err == nil {
		t.Error("written after the end")
	}
	swept, err := b.Sweep(t.Context(), time.Now().Add(time.Hour), func([]string) (map[string]bool, error) { return nil, nil })
	if err != nil || swept != 1 {
		t.Errorf("%d swept, %v", swept, err)
	}
	if err := b.Delete(t.Context(), "pieces/one"); err != nil {
		t.Errorf("gone already: %v", err)
	}
}
