// Package storage keeps bytes by their names, encrypted: the files that are given as
// pieces, and what has arrived of them. Where they are is a URL: a folder, or a bucket
// of anything that speaks S3.
//
// It knows nothing of who may read what, nor of what is in the bytes. What a name was
// written with is whole or not there.
package storage
