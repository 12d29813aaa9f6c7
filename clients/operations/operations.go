package operations

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// Files holds each operation as NAME.graphql and its default variables as
// NAME.json.
//
//go:embed *.graphql *.json
var Files embed.FS

// Names lists the operations.
func Names() ([]string, error) {
	names, err := fs.Glob(Files, "*.graphql")
	if err != nil {
		return nil, fmt.Errorf("list documented operations: %w", err)
	}
	for i, file := range names {
		names[i] = strings.TrimSuffix(file, ".graphql")
	}
	return names, nil
}
