package command

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/guichet-logement/guichet/audit"
)

// auditTrail is what writes and seals the trail while the program serves.
type auditTrail struct {
	writer *audit.Writer
	sealer *audit.Sealer
}

func (t *auditTrail) start(ctx context.Context, dsn string, o audit.Options) (err error) {
	if t.writer, err = audit.StartWriter(ctx, dsn, o); err != nil {
		return err
	}
	t.sealer, err = audit.StartSealer(ctx, dsn, o)
	return err
}

// stop writes and seals what was recorded, also when the program was told to stop.
func (t *auditTrail) stop(ctx context.Context, log *slog.Logger) {
	var err error
	if t.writer != nil {
		err = t.writer.Stop()
	}
	if t.sealer != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = errors.Join(err, t.sealer.Stop(ctx))
	}
	if err != nil { // The next process seals what was written.
		log.WarnContext(ctx, "audit trail not ended well", "error", err)
	}
}

// metrics tell whether reads are refused, or soon will be.
func (t *auditTrail) metrics() []prometheus.Collector {
	return []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "guichet_audit_waiting", Help: "Requests that wait to be put on record.",
		}, func() float64 { return float64(t.writer.Waiting()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "guichet_audit_refused_total", Help: "Requests refused because they could not be put on record.",
		}, func() float64 { return float64(t.writer.Refused()) }),
	}
}

// errNoAuditKey says what is missing.
var errNoAuditKey = &settingError{"audit-key", "the trail needs a secret that is not in the database: openssl rand -base64 32"}

func (s auditSettings) validate(sandbox bool) error {
	if len(s.AuditKey) == 0 && s.AuditKeyFile == "" {
		if sandbox {
			return nil
		}
		return errNoAuditKey
	}
	_, err := s.given()
	return err
}

// describe lists the settings for the log, with secrets masked.
func (s auditSettings) describe() []any {
	return []any{"audit_key", fmt.Sprintf("%d (hidden)", len(s.AuditKey)), "audit_key_file", s.AuditKeyFile}
}

// given are the keys of the settings.
func (s auditSettings) given() (*audit.Keys, error) {
	setting, encoded := "audit-key", s.AuditKey
	if s.AuditKeyFile != "" {
		if len(s.AuditKey) > 0 {
			return nil, &settingError{"audit-key-file", "goes in place of audit-key"}
		}
		content, err := os.ReadFile(s.AuditKeyFile)
		if err != nil {
			return nil, &settingError{"audit-key-file", err.Error()}
		}
		setting, encoded = "audit-key-file", strings.Fields(string(content))
	}
	keys, err := audit.ParseKeys(encoded...)
	if err != nil {
		return nil, &settingError{setting, err.Error()}
	}
	return keys, nil
}

// keys are those of the settings, or that of the data directory, where a sandbox has its
// own made.
func (s auditSettings) keys(env Environment, data databaseSettings, sandbox bool) (*audit.Keys, error) {
	if len(s.AuditKey) > 0 || s.AuditKeyFile != "" {
		return s.given()
	}
	dir, err := data.dataDir(env)
	if err != nil {
		return nil, err
	}
	own := auditSettings{AuditKeyFile: filepath.Join(dir, "sandbox-audit-key")}
	if sandbox {
		if err := makeKey(own.AuditKeyFile); err != nil {
			return nil, &settingError{"data-dir", err.Error()}
		}
	}
	if _, err := os.Stat(own.AuditKeyFile); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoAuditKey
	}
	return own.given()
}

// makeKey writes a new key unless there is one. Of two programs that do so at once one
// writes it, whole.
func makeKey(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // PostgreSQL's account passes through
		return err
	}
	secret := make([]byte, audit.MinKey)
	_, _ = rand.Read(secret) // It never fails.
	f, err := os.CreateTemp(filepath.Dir(path), ".audit-key-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(secret) + "\n")
	if err = errors.Join(err, f.Close()); err == nil {
		if err = os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	return errors.Join(err, os.Remove(f.Name()))
}
