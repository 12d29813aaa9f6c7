package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestCallersBehindProxies(t *testing.T) {
	t.Parallel()
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	for name, c := range map[string]struct {
		remote  string
		headers []string
		want    string
	}{
		"a caller that says it is another":        {"198.51.100.7:99", []string{"192.0.2.1"}, "198.51.100.7"},
		"behind a proxy, saying it is another":    {"10.0.0.1:99", []string{"192.0.2.1, 198.51.100.7"}, "198.51.100.7"},
		"saying it is a proxy":                    {"10.0.0.1:99", []string{"10.1.1.1, 198.51.100.7"}, "198.51.100.7"},
		"a header of its own, the proxy's second": {"10.0.0.1:99", []string{"192.0.2.1", "198.51.100.7"}, "198.51.100.7"},
		"a proxy that names nobody":               {"10.0.0.1:99", nil, ""},
		"a proxy that names no address":           {"10.0.0.1:99", []string{"192.0.2.1, unknown"}, ""},
		"only proxies":                            {"10.0.0.1:99", []string{"10.0.0.2"}, ""},
		"two proxies":                             {"10.0.0.1:99", []string{"198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		"over IPv6":                               {"[2001:db8:1::1]:99", []string{"2001:db8:2::9"}, "2001:db8:2::9"},
		"IPv4 written as IPv6":                    {"[::ffff:10.0.0.1]:99", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
		r.RemoteAddr = c.remote
		for _, h := range c.headers {
			r.Header.Add(forwardedFor, h)
		}
		var got netip.Addr
		behindProxies(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = connectionAddress(r)
		})).ServeHTTP(httptest.NewRecorder(), r)
		want, _ := netip.ParseAddr(c.want)
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
