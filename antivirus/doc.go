// Package antivirus asks whether bytes are harmful. [Clamd] asks ClamAV's daemon;
// [Development] knows the test file alone, for a sandbox and for who works on the
// program.
//
// It keeps nothing, and does not decide what becomes of what it finds.
package antivirus
