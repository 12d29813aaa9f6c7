package domain

// HousedCrossings are by what the applications are counted that ended in a year because
// the household was housed: a closed list, linked by the typology in a chain, as [Publish]
// has it. A third table of communes by waiting would close a ring, which cannot be verified:
// how long people waited is known by typology, and how many were housed by both.
func HousedCrossings() [][]ApplicationAxis {
	return [][]ApplicationAxis{{ByWishedCommune, ByWishedTypology}, {ByWishedTypology, ByWaiting}}
}

// HousedTables are the empty tables of a year. The commune is that which was wished first,
// since of the dwelling that was let no application tells; wishes are erased a year after the
// household was housed, and those whose wishes are gone are counted under [NoCategory].
func HousedTables(communes []InseeCode, apart int) []CountTable {
	var tables []CountTable
	for _, by := range HousedCrossings() {
		table := CountTable{Apart: apart}
		for _, axis := range by {
			a := FigureAxis(axis, Date{}, communes)
			if axis == ByWishedCommune {
				a.Categories = append(a.Categories, NoCategory)
			}
			table.Axes = append(table.Axes, a)
		}
		tables = append(tables, table)
	}
	return tables
}

// Margin is the total of a category of an axis; nil where it is hidden, or where there is no
// such category.
func (t PublishedTable) Margin(axis int, category string) *int {
	for n, c := range t.Axes[axis].Categories {
		if c == category {
			return t.Margins[axis][n]
		}
	}
	return nil
}

// Cell is the figure of a row and a column; nil where it is hidden, or where there is none.
func (t PublishedTable) Cell(row, column string) *int {
	columns := t.Axes[1].Categories
	for n := range t.Cells {
		if t.Axes[0].Categories[n/len(columns)] == row && columns[n%len(columns)] == column {
			return t.Cells[n]
		}
	}
	return nil
}
