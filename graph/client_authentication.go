package graph

// How authentications went is no part of the contract: an app shows lockedUntil.
