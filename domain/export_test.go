package domain

// ParseLegalClocks says whether a table of clocks can be read.
func ParseLegalClocks(table []byte) error {
	_, err := parseLegalClocks(table)
	return err
}
