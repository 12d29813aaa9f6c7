package domain

// ParseLegalClocks says whether a table of clocks can be read.
func ParseLegalClocks(table []byte) error {
	_, err := parseLegalClocks(table)
	return err
}

// ParsePieceKinds says whether a table of kinds of pieces can be read.
func ParsePieceKinds(table []byte) error {
	_, err := parsePieceKinds(table)
	return err
}

// ParseDuplicatePoints says whether a table of points can be read.
func ParseDuplicatePoints(table []byte) error {
	_, err := parseDuplicatePoints(table)
	return err
}

// ParseRetentions says whether a table of retentions can be read.
func ParseRetentions(table []byte) error {
	_, err := parseRetentions(table)
	return err
}

// ParseAdviceTables reads the tables of ceilings, categories, occupancies and loans.
func ParseAdviceTables(tables [4]string) error {
	_, err := parseAdviceTables([]byte(tables[0]), []byte(tables[1]), []byte(tables[2]), []byte(tables[3]))
	return err
}
