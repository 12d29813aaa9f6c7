package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// forwardedFor names the callers that proxies saw, the nearest proxy's last.
const forwardedFor = "X-Forwarded-For"

// behindProxies gives each request the address of the caller that our own proxies saw.
// What stands left of them in the header is the caller's own word: nothing reads it.
func behindProxies(trusted []netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if len(trusted) == 0 {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if within(trusted, connectionAddress(r)) {
				seen := *r
				seen.RemoteAddr = netip.AddrPortFrom(callerSeen(trusted, r), 0).String()
				r = &seen
			}
			next.ServeHTTP(w, r)
		})
	}
}

// callerSeen is the last address of the header that is no proxy of ours. It is none,
// which is in no network, when a proxy wrote something else or nothing.
func callerSeen(trusted []netip.Prefix, r *http.Request) netip.Addr {
	hops := strings.Split(strings.Join(r.Header.Values(forwardedFor), ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if address = address.Unmap().WithZone(""); !within(trusted, address) {
			return address
		}
	}
	return netip.Addr{}
}

func within(networks []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(address) })
}
