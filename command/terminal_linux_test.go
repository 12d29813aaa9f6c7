package command_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// openTerminal makes a pseudo-terminal. What is written to it comes through the
// channel when it is closed.
func openTerminal(t *testing.T) (*os.File, <-chan string) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { _ = screen.Close() })
	var unlocked, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlocked, syscall.TIOCGPTN: &number} {
		if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(unsafe.Pointer(value))); failed != 0 {
			t.Fatal(failed)
		}
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { _ = terminal.Close() }) // Mostly closed by then.
	seen := make(chan string, 1)
	go func() {
		var all strings.Builder
		chunk := make([]byte, 4096)
		for {
			n, err := screen.Read(chunk)
			all.Write(chunk[:n])
			if err != nil { // A terminal that nobody holds open any more is an input/output error.
				seen <- all.String()
				return
			}
		}
	}()
	return terminal, seen
}

// TestStockProgressOnATerminal: how much of the file is read, how fast, and the time
// left; the log beside it is for a person.
func TestStockProgressOnATerminal(t *testing.T) {
	t.Parallel()
	terminal, seen := openTerminal(t)
	status := runTo(t.Context(), terminal, "import", "stock", write(t, "stock.csv", manyDwellings(t, 6000)), "--vintage", "2025", "--whole-country", "--database-url", testdb.New(t))
	must(t, terminal.Close())
	shown := <-seen
	for _, want := range []string{"reading", "%", "B/s)", "\r", "comparing and writing", "committed=true"} {
		if !strings.Contains(shown, want) {
			t.Errorf("status %d, no %q in %q", status, want, shown)
		}
	}
	if status != 0 || strings.Contains(shown, "bytes_per_second") || strings.Contains(shown, `{"time"`) {
		t.Errorf("status %d, the log is for a program: %q", status, shown)
	}
}

// TestProgressOnATerminal: on Linux, where a test can make a terminal, a bar with rate and time left instead of lines, that
// goes away in the end.
func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	var lines strings.Builder
	lines.WriteString(pointsHeader)
	for i := range 400 {
		lines.WriteString(strings.Replace(mairie, "mairie;", fmt.Sprintf("mairie-%d;", i), 1))
	}
	terminal, seen := openTerminal(t)
	status := runTo(t.Context(), terminal, "import", "reception-points", write(t, "reception_points.csv", lines.String()), "--database-url", dsn)
	must(t, terminal.Close())
	shown := <-seen
	if status != 0 || !strings.Contains(shown, "importing") || !strings.Contains(shown, "/400") || !strings.Contains(shown, "it/s") || !strings.Contains(shown, "\r") {
		t.Errorf("status %d, shown %q", status, shown)
	}
	if strings.Contains(shown, "msg=importing") || strings.Contains(shown, `{"time"`) || !strings.Contains(shown, "committed=true") {
		t.Errorf("the log is for a program: %q", shown)
	}
	if n := number(t, db, "SELECT count(*) FROM reception_point"); n != 402 {
		t.Errorf("%d reception points", n)
	}
}
