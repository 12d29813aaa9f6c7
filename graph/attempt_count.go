package graph

// How often attempts failed is no part of the contract: what it refuses says when to
// try again.
