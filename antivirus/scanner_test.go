package antivirus_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/guichet-logement/guichet/antivirus"
)

// testFile is the test file of the antivirus makers, in two parts so that this one is
// not taken for it.
const testFile = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

// pdf has the bytes in a stream, deflated as a scanner does.
func pdf(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := io.WriteString(z, content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"+
		"3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R>>\nendobj\n4 0 obj\n<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n"+
		"trailer\n<</Root 1 0 R/Size 5>>\n%%%%EOF\n", b.Len(), b.String())
}

var errBroken = errors.New("the file cannot be read")

func TestDevelopment(t *testing.T) {
	t.Parallel()
	s, err := antivirus.Parse("development")
	if err != nil || s.Ready(t.Context()) != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, want string }{
		"nothing":       {"", ""},
		"a letter":      {"Dear all", ""},
		"the test file": {testFile, "Eicar-Test"},
		"across steps":  {strings.Repeat("x", 64<<10-20) + testFile + strings.Repeat("x", 200<<10), "Eicar-Test"},
		"at the end":    {strings.Repeat("x", 200<<10) + testFile, "Eicar-Test"},
		"most of it":    {testFile[:60], ""},
	} {
		if found, err := s.Scan(t.Context(), strings.NewReader(c.file)); err != nil || found != c.want {
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
	if _, err := s.Scan(t.Context(), iotest.ErrReader(errBroken)); !errors.Is(err, errBroken) {
		t.Errorf("clean, as far as it could be read: %v", err)
	}
	for _, where := range []string{"", "none", "unix:", "udp:127.0.0.1:3310"} {
		if _, err := antivirus.Parse(where); err == nil {
			t.Errorf("%q is an antivirus", where)
		}
	}
}

// clamd starts the daemon with one signature of our own, that of the test file, and
// gives back where it is.
func clamd(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/clamd"); err != nil {
			t.Fatalf("clamd is needed, see .ci/install-clamav: %v", err)
		}
	}
	dir, err := os.MkdirTemp("", "clamd") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "socket")
	for name, content := range map[string]string{
		"own.ndb":    fmt.Sprintf("Own.Test.File:0:*:%x\n", testFile),
		"clamd.conf": fmt.Sprintf("LocalSocket %s\nDatabaseDirectory %s\nForeground yes\nStreamMaxLength 11M\n", socket, dir),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	daemon := exec.CommandContext(t.Context(), program, "--config-file="+filepath.Join(dir, "clamd.conf"))
	daemon.Stdout, daemon.Stderr = &said, &said
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- daemon.Wait() }()
	t.Cleanup(func() { _ = daemon.Process.Kill(); <-ended })
	ticks := time.NewTicker(50 * time.Millisecond)
	defer ticks.Stop()
	limit := time.After(time.Minute)
	for {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("clamd: %v\n%s", err, said.String())
		case <-limit:
			t.Fatal("clamd does not answer")
		case <-ticks.C:
			if (antivirus.Clamd{Network: "unix", Address: socket}).Ready(t.Context()) == nil {
				return "unix:" + socket
			}
		}
	}
}

func TestClamd(t *testing.T) {
	t.Parallel()
	s, err := antivirus.Parse(clamd(t))
	if err != nil {
		t.Fatal(err)
	}
	const own = "Own.Test.File.UNOFFICIAL"
	for name, c := range map[string]struct{ file, want string }{
		"nothing":                {"", ""},
		"a letter":               {"Dear all", ""},
		"the test file":          {testFile, own},
		"a PDF":                  {pdf(t, "BT (Dear all) Tj ET"), ""},
		"a PDF with it in it":    {pdf(t, testFile), own},
		"all that is allowed":    {strings.Repeat("x", 10<<20), ""},
		"at the end of all that": {strings.Repeat("x", 10<<20-len(testFile)) + testFile, own},
	} {
		if found, err := s.Scan(t.Context(), strings.NewReader(c.file)); err != nil || found != c.want {
			t.Errorf("%s: %q, %v", name, found, err)
		}
	}
	for name, file := range map[string]io.Reader{
		"longer than it takes": strings.NewReader(strings.Repeat("x", 12<<20)),
		"broken off":           io.MultiReader(strings.NewReader("Dear"), iotest.ErrReader(errBroken)),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if found, err := s.Scan(ctx, file); err == nil {
			t.Errorf("%s: %q, without an error", name, found)
		}
		cancel()
	}
	gone := antivirus.Clamd{Network: "unix", Address: filepath.Join(t.TempDir(), "none")}
	if _, err := gone.Scan(t.Context(), strings.NewReader(testFile)); err == nil || gone.Ready(t.Context()) == nil {
		t.Error("a daemon that is not there answered")
	}
}
