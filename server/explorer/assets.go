package explorer

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
)

// built is what `npm run build` wrote. Assets are there compressed only, which
// keeps the program small.
//
//go:embed dist
var built embed.FS

const (
	indexFile  = "dist/index.html"
	mapFile    = "dist/map.html"
	noticeFile = "dist/NOTICE.txt"
	assetsDir  = "dist/assets/"
	compressed = ".br"
)

// assets serves what the page loads. The names change with the content, so that a
// browser never has to ask again.
func assets(deny Deny) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		packed, err := fs.ReadFile(built, assetsDir+name+compressed)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			unknownPath(w, r, deny)
			return
		}
		h := w.Header()
		h.Set("Content-Type", mediaOf(name))
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		if acceptsBrotli(r.Header) {
			h.Set("Content-Encoding", "br")
			h.Set("Content-Length", strconv.Itoa(len(packed)))
			_, _ = w.Write(packed) //nolint:gosec // the name chooses among our own files, and is not written
			return
		}
		_, _ = io.Copy(w, brotli.NewReader(strings.NewReader(string(packed)))) // likewise
	})
}

// mediaOf does not look at the machine's own table of types, which differs.
func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	}
	return "application/octet-stream"
}

// acceptsBrotli holds when br is asked for without a weight, as browsers do.
// Everybody can read the plain form, which is what the others get.
func acceptsBrotli(h http.Header) bool {
	return slices.ContainsFunc(strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ","),
		func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "br") })
}
