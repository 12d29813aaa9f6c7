package domain

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/fr"
)

// HolidayCode names a public holiday; it never changes with the wording.
type HolidayCode string

// The public holidays (jours fériés) of article L3133-1 of the Code du travail.
// Good Friday and 26 December, which are holidays in Alsace-Moselle only, are
// not in it.
const (
	NewYearsDay    HolidayCode = "NEW_YEARS_DAY"
	EasterMonday   HolidayCode = "EASTER_MONDAY"
	LabourDay      HolidayCode = "LABOUR_DAY"
	VictoryDay1945 HolidayCode = "VICTORY_DAY_1945"
	AscensionDay   HolidayCode = "ASCENSION_DAY"
	WhitMonday     HolidayCode = "WHIT_MONDAY"
	NationalDay    HolidayCode = "NATIONAL_DAY"
	AssumptionDay  HolidayCode = "ASSUMPTION_DAY"
	AllSaintsDay   HolidayCode = "ALL_SAINTS_DAY"
	ArmisticeDay   HolidayCode = "ARMISTICE_DAY_1918"
	ChristmasDay   HolidayCode = "CHRISTMAS_DAY"
)

// Holiday is a public holiday.
type Holiday struct {
	Code  HolidayCode
	Label Text
}

// HolidayOn returns the public holiday that falls on that day. Today's law is
// applied to every year, past ones included. When two fall together, as Labour
// Day and Ascension did in 2008, the one with the fixed date is returned.
func HolidayOn(d Date) (Holiday, bool) {
	year, month, day := d.Civil()
	for _, h := range holidays {
		at, _ := h.rule.Calc(year)
		// The library answers midnight in the machine's zone. Where midnight was
		// skipped by a change of clocks that may be 23:00 of the day before; noon
		// is always on the right day.
		_, m, n := at.Add(12 * time.Hour).Date()
		if m == month && n == day {
			return h.Holiday, true
		}
	}
	return Holiday{}, false
}

// holidays has the fixed dates first; see [HolidayOn].
var holidays = [...]struct {
	Holiday
	rule *cal.Holiday
}{
	{Holiday{NewYearsDay, Text{EN: "New Year's Day", FR: "Jour de l'an"}}, fr.NouvelAn},
	{Holiday{LabourDay, Text{EN: "Labour Day", FR: "Fête du Travail"}}, fr.FêteDuTravail},
	{Holiday{VictoryDay1945, Text{EN: "Victory in Europe Day", FR: "Victoire de 1945"}}, fr.FêteDeLaVictoire},
	{Holiday{NationalDay, Text{EN: "Bastille Day", FR: "Fête nationale"}}, fr.FêteNationale},
	{Holiday{AssumptionDay, Text{EN: "Assumption Day", FR: "Assomption"}}, fr.Assomption},
	{Holiday{AllSaintsDay, Text{EN: "All Saints' Day", FR: "Toussaint"}}, fr.Toussaint},
	{Holiday{ArmisticeDay, Text{EN: "Armistice Day", FR: "Armistice de 1918"}}, fr.Armistice1918},
	{Holiday{ChristmasDay, Text{EN: "Christmas Day", FR: "Noël"}}, fr.Noël},
	{Holiday{EasterMonday, Text{EN: "Easter Monday", FR: "Lundi de Pâques"}}, fr.LundiDePâques},
	{Holiday{AscensionDay, Text{EN: "Ascension Day", FR: "Ascension"}}, fr.Ascension},
	{Holiday{WhitMonday, Text{EN: "Whit Monday", FR: "Lundi de Pentecôte"}}, fr.LundiDePentecôte},
}
