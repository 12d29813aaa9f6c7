// Package sandbox answers one question: what does a partner's developer find on
// the first morning? It holds the fictional network, its people, the issuers of their
// tokens, a fictional stock and fictional applications, always the same: the same seed
// gives the same ids.
//
// Communes and their boundaries are real and public; organisations keep the names
// of public bodies and invented ones for landlords; nobody in it exists. Data is
// written in the layouts that an operator would use and loaded by the importer.
//
// It may import service, directoryfile, stockfile, domain and auth. Production
// settings refuse its issuers and their keys.
package sandbox
