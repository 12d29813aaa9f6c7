package explorer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// address finds what the page or an asset refers to: by whole path, or beside
// itself.
var address = regexp.MustCompile(`/explorer/assets/([\w.-]+\.(?:js|css))|["']\./([\w.-]+\.js)["']`)

// TestBuiltFromTheseSources asks for `npm run build` after a change of src/.
func TestBuiltFromTheseSources(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("src/*")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(sources)
	h := sha256.New()
	for _, path := range append([]string{"build.mjs", "notice.mjs", "package-lock.json"}, sources...) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(content)
	}
	if built := read(t, "dist/sources.sha256"); built != hex.EncodeToString(h.Sum(nil)) {
		t.Error("dist/ was built from other sources: npm ci && npm run build, in server/explorer")
	}
}

// TestNothingIsMissing follows the references from the page on: each leads to an
// asset, and each asset is led to.
func TestNothingIsMissing(t *testing.T) {
	t.Parallel()
	h := page(t)
	reached := map[string]bool{}
	queue := []string{get(t, h, "/").Body.String(), get(t, h, "/map").Body.String()}
	for len(queue) > 0 {
		content := queue[0]
		queue = queue[1:]
		for _, match := range address.FindAllStringSubmatch(content, -1) {
			name := match[1] + match[2]
			if reached[name] {
				continue
			}
			reached[name] = true
			w := get(t, h, "/explorer/assets/"+name)
			if w.Code != http.StatusOK || w.Body.Len() == 0 {
				t.Fatalf("%s: %d", name, w.Code)
			}
			queue = append(queue, w.Body.String())
		}
	}
	for name := range everyAsset(t) {
		if !reached[name] {
			t.Errorf("nothing refers to %s", name)
		}
	}
	if len(reached) < 5 {
		t.Errorf("only %d assets found", len(reached))
	}
}

// loads is what stands before an address that a browser fetches.
var loads = regexp.MustCompile(`(?:\bimport\s*\(?|\bfrom|\bfetch\(|importScripts\(|new (?:Shared)?Worker\(|url\(|@import\s+|(?:src|href)=)\s*["']?(?:https?:)?$`)

// fromElsewhere finds what would be loaded from another host. Addresses that are
// only named, as in a licence or a message, do no harm.
func fromElsewhere(content []byte) string {
	for _, host := range []string{"//cdn", "unpkg", "jsdelivr", "esm.sh", "fonts.googleapis", "fonts.gstatic"} {
		if bytes.Contains(content, []byte(host)) {
			return host
		}
	}
	for at := 0; ; at += 2 {
		next := bytes.Index(content[at:], []byte("//"))
		if next < 0 {
			return ""
		}
		at += next
		if before := content[max(0, at-40):at]; loads.Match(before) {
			return string(content[max(0, at-40):min(len(content), at+40)])
		}
	}
}

func TestNoOtherHost(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{
		`import("https://one.example/a.js")`, `url(//one.example/a.woff)`, `<script src="http://one.example/a.js">`, `"https://cdn.jsdelivr.net"`,
	} {
		if fromElsewhere([]byte(wrong)) == "" {
			t.Errorf("%s was not found", wrong)
		}
	}
	all := everyAsset(t)
	all["index.html"] = get(t, page(t), "/").Body.Bytes()
	all["map.html"] = get(t, page(t), "/map").Body.Bytes()
	for name, content := range all {
		if found := fromElsewhere(content); found != "" {
			t.Errorf("%s: %s", name, found)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	h := page(t)
	script := firstScript(t, h)
	for _, c := range []struct {
		path, media, cache string
		status             int
	}{
		{"/explorer/", "", "no-store", http.StatusNotFound},
		{"/explorer/assets/", "", "no-store", http.StatusNotFound},
		{"/explorer/assets/none.js", "", "no-store", http.StatusNotFound},
		{"/explorer/assets/..%2findex.html", "", "no-store", http.StatusNotFound},
		{"/", "text/html; charset=utf-8", "no-store", http.StatusOK},
		{"/map", "text/html; charset=utf-8", "no-store", http.StatusOK},
		{"/explorer/start", "application/json; charset=utf-8", "no-store", http.StatusOK},
		{"/explorer/NOTICE.txt", "text/plain; charset=utf-8", "no-store", http.StatusOK},
		{script, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", http.StatusOK},
	} {
		w := get(t, h, c.path)
		if w.Code != c.status || w.Header().Get("Cache-Control") != c.cache {
			t.Errorf("%s: %d, %v", c.path, w.Code, w.Header())
		}
		if c.media != "" && w.Header().Get("Content-Type") != c.media {
			t.Errorf("%s is %s", c.path, w.Header().Get("Content-Type"))
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "http") {
			t.Errorf("%s: policy %q", c.path, policy)
		}
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	h := page(t)
	script := firstScript(t, h)
	plain := get(t, h, script).Body.Bytes()
	for accept, encoded := range map[string]bool{
		"": false, "gzip": false, "br;q=0": false, "brotli": false, "gzip, deflate, br, zstd": true, "BR": true,
	} {
		w := get(t, h, script, "Accept-Encoding", accept)
		body := w.Body.Bytes()
		if (w.Header().Get("Content-Encoding") == "br") != encoded {
			t.Fatalf("%q: encoded as %q", accept, w.Header().Get("Content-Encoding"))
		}
		if encoded {
			body = unpack(t, body)
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("%q: %d bytes of other content", accept, len(body))
		}
	}
}

func firstScript(t *testing.T, h http.Handler) string {
	t.Helper()
	script := regexp.MustCompile(`/explorer/assets/[\w.-]+\.js`).FindString(get(t, h, "/").Body.String())
	if script == "" {
		t.Fatal("the page has no script")
	}
	return script
}

// everyAsset holds the assets by name, unpacked.
func everyAsset(t *testing.T) map[string][]byte {
	t.Helper()
	entries, err := fs.ReadDir(built, strings.TrimSuffix(assetsDir, "/"))
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]byte, len(entries))
	for _, e := range entries {
		packed, err := fs.ReadFile(built, assetsDir+e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(e.Name(), compressed)] = unpack(t, packed)
	}
	return all
}

func unpack(t *testing.T, packed []byte) []byte {
	t.Helper()
	plain, err := io.ReadAll(brotli.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
