// Command remove stops the private PostgreSQL cluster of the tests and removes
// it; the next test run makes a new one. It refuses while tests run.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/internal/testdb"
)

func main() {
	dir, err := testdb.Dir()
	if err == nil {
		err = pgserver.Reset(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "remove:", err)
		os.Exit(1)
	}
}
