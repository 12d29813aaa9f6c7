package graph

// Accounts of applicants are no part of the contract: who came by one is the viewer,
// and what it opens is its own application.
