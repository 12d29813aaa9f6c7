//go:build !linux

package command_test

import (
	"os"
	"testing"
)

// openTerminal makes a pseudo-terminal, which takes other calls on each system.
func openTerminal(t *testing.T) (*os.File, <-chan string) {
	t.Helper()
	t.Skip("pseudo-terminals are made on Linux only")
	return nil, nil
}
