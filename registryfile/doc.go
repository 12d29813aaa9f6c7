// Package registryfile answers the question "what does the national registry exchange,
// and how is it read and written?": the files of the registration system (système
// national d'enregistrement, SNE), interface 02.00 and 02.01 (*interfaceNuu*), a header
// and one record (*demande*) after another.
//
// [NewReader] reads them record by record, in the memory of one. A record is its
// elements as they came, what this service knows nothing of included, and [Record.View]
// is what it knows. What changes there goes back to its place by [Record.Set], and
// [Writer] writes the whole: but for social security numbers, which are cut wherever
// they stand, and comments, nothing is lost on the way.
//
// What is wrong with a record is a [Reject], with all there is to mend, and reading goes
// on with the next one: boundaries of records are found on bytes, before anything is
// taken for XML. What is wrong with the file is a [FileError] and reading ends.
//
// The schema of the interface (XSD) was not to be had: names and codes are those of
// public files and libraries, their order and what they require are to be confirmed with
// the GIP-SNE, and stand in layout.go alone.
//
// It may import domain and the standard library. It must not know the database, the
// network or the clock.
package registryfile
