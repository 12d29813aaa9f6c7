package domain

import (
	"crypto/rand"
	"strings"
)

// codeLength is in characters; codeAlphabet leaves out what is read for something else.
const (
	codeLength   = 8
	codeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
)

// NewBindingCode makes a code of 40 random bits, to be read out or written down.
func NewBindingCode() string {
	var b [codeLength]byte
	_, _ = rand.Read(b[:]) // never fails: the process ends first
	for i := range b {
		b[i] = codeAlphabet[int(b[i])%len(codeAlphabet)] // 256 is a multiple of 32: none is likelier
	}
	return string(b[:])
}

// TidyBindingCode is a code as it was made, however it was typed; empty when it can be
// none.
func TidyBindingCode(s string) string {
	s = strings.ToUpper(strings.ReplaceAll(withoutSpaces(s), "-", ""))
	if len(s) != codeLength || strings.Trim(s, codeAlphabet) != "" {
		return ""
	}
	return s
}

// NoSuchAdult refuses a code for somebody who signs nothing.
func NoSuchAdult() Refusals {
	return Refusals{refuse(Unknown,
		"This is no adult of the household.", "Ce n'est pas un adulte du ménage.", "memberId")}
}
