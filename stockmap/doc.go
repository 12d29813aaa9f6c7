// Package stockmap answers one question: what of the stock is in that part of a map? It
// holds the counts that a map is made of in memory, sums them up under a filter, and
// writes tiles (Mapbox Vector Tile 2.1).
//
// Places are numbers in Z-order, as map_key of the migrations makes them: a tile is one
// stretch of numbers, a rectangle a few. A building is in exactly one tile of each zoom.
//
// It imports domain alone, and knows no database: package service fills it, and answers
// in its words from the database where it cannot.
package stockmap
