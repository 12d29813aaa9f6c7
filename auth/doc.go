// Package auth answers one question: who is calling?
//
// A [Verifier] checks the bearer token of a request against the configured
// issuers and their keys. [Middleware] turns the token's issuer and subject into
// a [Viewer] through a lookup that the program hands over, and carries the
// viewer in the context. What the viewer may see or do is not its business: that
// is package policy.
//
// Two clocks run here and must not be mixed. A token's times are judged by the
// real clock ([Config].Clock); the viewer's Now is the service's clock, which the
// sandbox may move. Moving the sandbox to next year expires nobody's token.
//
// A token is of a configured issuer, or one of our own that a [Signer] made for a
// partner app: then it names the app, alone or with the person whose own token was
// exchanged for it (RFC 8693). How apps prove themselves is checked here; that each
// proof is taken once, and counted when it is wrong, is for who has a database.
//
// Nothing of a token but its issuer, subject and actor outlives the check: no claim
// gives a right. Why a token was refused is logged and never told.
//
// It may import domain, net/http and the token libraries. It must not import
// ent, policy, service, graph or server.
package auth
