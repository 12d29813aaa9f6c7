// Package stockfile answers the question "what does the official stock file look
// like, and how is it read and written?": the open file of the register of social
// rental housing (répertoire des logements locatifs des bailleurs sociaux, RPLS),
// one line per dwelling, of one territory or of the whole country.
//
// [Open] reads it plain, in gzip or in zip, in each of its layouts, row by row
// and in constant memory: 5.4 million dwellings need no more than one. Columns
// are found by their names, since the layout changes every year. What is wrong
// with one line is a [Reject] and reading goes on; what is wrong with the file is
// a [FileError] and reading ends. [Writer] writes the same layouts.
//
// Figures of the file that are not there are zero values, never guesses: see
// [Dwelling]. The file holds neither the landlord, nor the rent, nor who lives
// there, and gives no number to a dwelling; a building is known by its commune
// and [Dwelling.AddressKey].
//
// It may import domain, directoryfile (whose rejects and charsets it shares), the
// standard library, x/text and the projection library. It must not know the
// database, the network or the clock.
package stockfile
