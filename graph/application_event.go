package graph

// The history needs no resolver: its rows are those of the contract.
