package operations

import "embed"

// Files holds each operation as NAME.graphql and its default variables as
// NAME.json.
//
//go:embed *.graphql *.json
var Files embed.FS
