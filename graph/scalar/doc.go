// Package scalar holds the scalars of the contract whose Go type is not ours:
// how they are written, and why they refuse what they refuse. Scalars with a
// type of their own live in domain.
//
// It may import domain, auth, ent (for the cursor's type) and gqlgen.
package scalar
