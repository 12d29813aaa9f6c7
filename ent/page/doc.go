// Package page tells what is loaded for a page of applications what the page said: why its
// caller sees each of them need not be looked up again for each part of each.
//
// Generated code opens a page, package policy reads it. It may import nothing of this module.
package page
