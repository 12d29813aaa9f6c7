package boxes

import (
	"database/sql"
	"errors"
	"reflect"
	"testing"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
)

// TestNothingStaysInABox reads each value that fills a box of a kind that comes again, and
// then NULL: nothing may be left, or the reading must fail.
func TestNothingStaysInABox(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		box      sql.Scanner
		was, now any
	}{
		{new(sql.NullBool), true, false},
		{new(sql.NullFloat64), 1.5, 0.0},
		{new(sql.NullInt64), int64(7), int64(0)},
		{new(sql.NullString), "was", ""},
		{new(sql.NullTime), day, time.Time{}},
		{new(domain.ID), "app_01", ""},
		{new(domain.Date), day, day.AddDate(0, 0, 1)},
		{new(domain.InseeCode), "38185", "38151"},
		{new(domain.PhoneNumber), "+33476000000", "+33476000001"},
		{new(domain.UniqueNumber), "038012600000110097", "038012600000210097"},
	} {
		for _, wrapped := range []bool{false, true} {
			box := c.box
			if wrapped {
				box = &entsql.NullScanner{S: box}
			}
			if !overwritten(box) {
				t.Errorf("%T does not come again", box)
			}
			empty, _ := another(box).(sql.Scanner)
			if err := errors.Join(box.Scan(c.was), box.Scan(c.now), empty.Scan(c.now)); err != nil {
				t.Errorf("%T: %v", box, err)
			}
			if !reflect.DeepEqual(box, empty) {
				t.Errorf("%T holds %+v after %v and %v", box, box, c.was, c.now)
			}
			err := box.Scan(nil)
			if null, ok := box.(*entsql.NullScanner); ok && (null.Valid || err != nil) {
				t.Errorf("%T holds %+v after NULL: %v", c.box, null, err)
			}
			if fresh, _ := another(box).(sql.Scanner); !wrapped && err == nil && (fresh.Scan(nil) != nil || !reflect.DeepEqual(box, fresh)) {
				t.Errorf("%T holds %+v after NULL", box, box)
			}
		}
	}
}

// A row may keep what is in a box of any other kind, and so gets one of its own.
func TestWhatARowKeepsIsItsOwn(t *testing.T) {
	t.Parallel()
	if _, err := OfQuery(func([]string) ([]any, error) { return nil, errors.New("no columns") })(nil); err == nil {
		t.Error("an error is lost")
	}
	made := 0
	next := OfQuery(func([]string) ([]any, error) {
		made++
		return []any{
			new(sql.NullString), new([]byte), &entsql.NullScanner{S: new(domain.OpeningIntervals)},
			new(entsql.UnknownType), new(any), &entsql.NullScanner{S: new(domain.Date)},
		}, nil
	})
	first, err := next(nil)
	if err != nil {
		t.Fatal(err)
	}
	// Ent puts a box of what the column turns out to be in the place of an unknown one.
	first[3] = new(sql.NullString)
	was := append([]any(nil), first...)
	second, err := next(nil)
	if err != nil || made != 1 || len(second) != len(was) {
		t.Fatalf("%d boxes, made %d times: %v", len(second), made, err)
	}
	for i, again := range []bool{true, false, false, false, false, true} {
		if reflect.TypeOf(second[i]) != reflect.TypeOf(was[i]) || (second[i] == was[i]) != again {
			t.Errorf("box %d: %T, then %T, the same %t", i, was[i], second[i], second[i] == was[i])
		}
	}
	if inner, ok := second[2].(*entsql.NullScanner); !ok || inner.S == nil || inner.S == was[2].(*entsql.NullScanner).S { //nolint:forcetypeassert // made above
		t.Errorf("what is in the box is shared: %+v", second[2])
	}
}
