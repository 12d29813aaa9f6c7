package migrations

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed *.sql
var files embed.FS

// Files returns the embedded migrations, flat, in goose's format.
func Files() fs.FS { return files }

// Latest returns the version of the newest migration this program knows:
// YYYYMMDDHHMMSS as a number.
func Latest() int64 {
	var latest int64
	for _, name := range names() {
		version, err := goose.NumericComponent(name)
		if err != nil {
			panic(fmt.Sprintf("migrations: file name %q: %v", name, err)) //nolint:forbidigo // compiled in: a mistake of this build
		}
		latest = max(latest, version)
	}
	return latest
}

// Hash identifies the whole set of migrations, names and contents: 64
// hexadecimal digits. Two programs with the same hash build the same database.
func Hash() string {
	sum := sha256.New()
	for _, name := range names() {
		content, err := files.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("migrations: embedded file %q: %v", name, err)) //nolint:forbidigo // compiled in: a mistake of this build
		}
		// The length keeps "a"+"bc" apart from "ab"+"c". A hash never fails to write.
		_, _ = fmt.Fprintf(sum, "%s %d\n", name, len(content))
		_, _ = sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// names returns the embedded file names in order.
func names() []string {
	found, err := fs.Glob(files, "*.sql")
	if err != nil {
		panic(fmt.Sprintf("migrations: %v", err)) //nolint:forbidigo // only a malformed pattern fails, and this is a constant
	}
	return found
}
