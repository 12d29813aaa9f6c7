// Package boxes has the rows of a query read into the same boxes. Ent makes a new one for
// each column of each row, from which it copies the value at once: of a page of fifty rows
// and ten columns that is five hundred, used once.
//
// It may import domain and ent's own packages. Only generated code imports it.
package boxes
