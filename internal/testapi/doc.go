// Package testapi serves the whole API to a test, over HTTP, on a database of its
// own that holds the sandbox: what a test sends and gets is what a partner's app
// does.
//
// It may import anything but main. Only tests import it.
package testapi
