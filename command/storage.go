package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/antivirus"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/storage"
)

// storageSettings say where the files of pieces are.
type storageSettings struct {
	Storage        string   `env:"GUICHET_STORAGE" help:"URL of the storage of pieces: file:///folder, or s3://bucket?region=… with the usual variables of S3. Default: a folder in the data directory."`
	StorageKey     []string `env:"GUICHET_STORAGE_KEY" help:"Secrets that encrypt the storage, 32 bytes or more each in base64: the first encrypts, all decrypt. A sandbox makes one of its own in the data directory."`
	StorageKeyFile string   `type:"path" env:"GUICHET_STORAGE_KEY_FILE" help:"File of these secrets, one a line, in place of the variable."`
}

// antivirusSettings say who looks for viruses in them.
type antivirusSettings struct {
	Antivirus string `env:"GUICHET_ANTIVIRUS" help:"ClamAV's daemon: unix:/run/clamav/clamd.ctl or tcp:host:3310. development, the default of a sandbox, finds the test file alone and protects nobody."`
}

var errNoStorageKey = &settingError{"storage-key", "the storage needs a secret: openssl rand -base64 32"}

func (s storageSettings) validate(sandbox bool) error {
	if len(s.StorageKey) == 0 && s.StorageKeyFile == "" {
		if sandbox {
			return nil
		}
		return errNoStorageKey
	}
	_, err := s.secrets()
	return err
}

// describe lists the settings for the log, with secrets masked.
func (s storageSettings) describe() []any {
	where, _, _ := strings.Cut(s.Storage, "?")
	return []any{
		"storage", where, "storage_key", fmt.Sprintf("%d (hidden)", len(s.StorageKey)),
		"storage_key_file", s.StorageKeyFile,
	}
}

func (s antivirusSettings) validate(sandbox bool) error {
	_, err := s.scanner(sandbox)
	return err
}

// describe lists the settings for the log.
func (s antivirusSettings) describe() []any { return []any{"antivirus", s.Antivirus} }

func (s antivirusSettings) scanner(sandbox bool) (antivirus.Scanner, error) {
	where := s.Antivirus
	switch {
	case where == "" && sandbox:
		where = "development"
	case where == "" || where == "development" && !sandbox:
		return nil, &settingError{"antivirus", "production needs ClamAV's daemon: unix:/run/clamav/clamd.ctl or tcp:host:3310"}
	}
	by, err := antivirus.Parse(where)
	if err != nil {
		return nil, &settingError{"antivirus", err.Error()}
	}
	return by, nil
}

func (s storageSettings) secrets() (*storage.Keys, error) {
	setting, encoded := "storage-key", s.StorageKey
	if s.StorageKeyFile != "" {
		if len(s.StorageKey) > 0 {
			return nil, &settingError{"storage-key-file", "goes in place of storage-key"}
		}
		content, err := os.ReadFile(s.StorageKeyFile)
		if err != nil {
			return nil, &settingError{"storage-key-file", err.Error()}
		}
		setting, encoded = "storage-key-file", strings.Fields(string(content))
	}
	keys, err := storage.ParseKeys(encoded...)
	if err != nil {
		return nil, &settingError{setting, err.Error()}
	}
	return keys, nil
}

// bucket opens the storage. A sandbox has a key and a folder of its own.
func (s storageSettings) bucket(ctx context.Context, env Environment, data databaseSettings, sandbox bool) (*storage.Bucket, error) {
	dir, err := data.dataDir(env)
	if err != nil {
		return nil, err
	}
	if len(s.StorageKey) == 0 && s.StorageKeyFile == "" && sandbox {
		s.StorageKeyFile = filepath.Join(dir, "sandbox-storage-key")
		if err := makeKey(s.StorageKeyFile); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, &settingError{"data-dir", err.Error()}
		}
	}
	keys, err := s.secrets()
	if err != nil {
		return nil, err
	}
	where := s.Storage
	if where == "" {
		where = storage.FolderURL(filepath.Join(dir, "pieces"))
	}
	b, err := storage.Open(ctx, where, keys)
	if err != nil {
		return nil, &settingError{"storage", err.Error()}
	}
	return b, nil
}

// The times between two rounds of the caretaker.
const (
	scanEvery  = 5 * time.Second
	sweepEvery = 10 * time.Minute
)

// caretaker has files scanned and the storage swept while the program serves.
type caretaker struct {
	rounds
	bucket *storage.Bucket
}

func (c *caretaker) start(ctx context.Context, s *service.Service, by antivirus.Scanner, log *slog.Logger) {
	ctx = c.begin(ctx)
	c.every(ctx, scanEvery, log, "pieces wait for the antivirus", func() error { return s.ScanPieces(ctx, by) })
	c.every(ctx, sweepEvery, log, "the storage was not swept", func() error {
		swept, err := s.SweepStorage(ctx, time.Now())
		if swept > 0 {
			log.InfoContext(ctx, "storage swept", "files", swept)
		}
		return err
	})
}

// stop waits for the round under way.
func (c *caretaker) stop() {
	c.rounds.stop()
	if c.bucket != nil {
		_ = c.bucket.Close() // everything was written
	}
}
