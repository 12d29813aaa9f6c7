// Package pgserver runs a private PostgreSQL cluster from the server binaries
// found on the machine, so that a clone of the repository runs and tests without
// any installation beyond the binaries themselves.
//
// A cluster is one directory: the data, the socket, the passwords and a marker
// file that says the directory is ours. It listens on a Unix socket only. The
// server outlives a killed program and is adopted by the next one; a killed
// server is started again by the running program.
//
// Unix only (Linux, macOS). It may import the standard library and the PostgreSQL
// driver. It must not import any other package of this module, and knows nothing
// of the schema.
package pgserver
