// Package calendarfile writes calendars that programs subscribe to (iCalendar, RFC 5545).
//
// It knows no applicant: what an entry holds is all that is written.
package calendarfile
