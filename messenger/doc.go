// Package messenger is the port by which applicants are told something: by electronic mail
// over SMTP, and by text message. [Development] plays both, and goes wrong in every way.
package messenger
