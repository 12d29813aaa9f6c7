// Package piecefile looks into the files that are given as pieces: of which kind they
// are, how many pages they have, and whether opening them would harm who does.
//
// It reads bytes and nothing else, and keeps to bounds of its own whatever they say: no
// reader of whole documents does, which is why it has none and takes a file apart only
// as far as it must. It says what is wrong in the words of domain.
package piecefile
