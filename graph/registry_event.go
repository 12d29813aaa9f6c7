package graph

// What the national registry is told is no part of the contract: who acts sees the act,
// and /readyz how much waits.
