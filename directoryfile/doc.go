// Package directoryfile answers the question "what does the network's directory
// look like as files": the communes, the organisations, the reception points and
// who owns which building, as the CSV files a clerk keeps in a spreadsheet, and the
// boundaries as GeoJSON.
// FORMAT.md, next to this file, is the manual of the layouts.
//
// It reads and writes. What is wrong in a file is not an error but a [Reject],
// with line, column, code and a message in both languages, so that the file can
// be mended in one go; an error means that reading itself failed. Memory and time
// are bounded whatever the file: see the constants of this package.
//
// It may import domain, the standard library and x/text. It must not know the
// database, the network or the clock: which codes exist is passed in as [Known].
package directoryfile
