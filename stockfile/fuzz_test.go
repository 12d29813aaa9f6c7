package stockfile_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"", minimal, minimal + with(nil), "\ufeff" + minimal + with(nil) + with(nil), minimal + "cut;line\n",
		minimal + "\"open\n", minimal + "a\x00b\n", minimal + `"""";"a""";""` + "\n", "PK\x03\x04", "\x1f\x8b\x08",
		minimal + with(map[int]string{colX: "1e308", colY: "-1e308"}), minimal + with(map[int]string{colStreet: "\xc9"}),
		minimal + with(map[int]string{colStreet: "", colX: ""}), minimal + with(map[int]string{colSurface: "-0"}),
	} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, file []byte, latin bool) {
		o := stockfile.Options{MaxText: 1 << 20}
		if latin {
			o.Charset = directoryfile.Latin1
		}
		r, err := stockfile.Open(bytes.NewReader(file), int64(len(file)), "f", o)
		if err != nil {
			checkRefusal(t, err)
			return
		}
		defer r.Close()
		w, err := stockfile.NewWriter(io.Discard, stockfile.Layout2026)
		if err != nil {
			t.Fatal(err)
		}
		for last := 1; ; {
			d, reject, err := r.Next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				checkRefusal(t, err)
				return
			case reject != nil:
				checkReject(t, *reject)
				d.Line = reject.Line
			default:
				checkDwelling(t, d)
				// A carriage return inside a line is read, and is the one thing not written.
				if err := w.Write(d); err != nil && !bytes.ContainsRune(file, '\r') {
					t.Errorf("what was read cannot be written: %v", err)
				}
			}
			if d.Line <= last {
				t.Errorf("line %d after line %d", d.Line, last)
			}
			last = d.Line
		}
	})
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	var refused *stockfile.FileError
	if !errors.As(err, &refused) {
		t.Fatalf("not a refusal: %v", err)
	}
	checkReject(t, refused.Reject)
}

func checkReject(t *testing.T, r stockfile.Reject) {
	t.Helper()
	if r.Line < 0 || r.Column < 0 || r.Code == "" || r.Message.EN == "" || r.Message.FR == "" {
		t.Errorf("reject %+v", r)
	}
	if len([]rune(r.Value)) > directoryfile.MaxRejectValue || len(r.Message.EN) > 1000 {
		t.Errorf("reject is not bounded: %+v", r)
	}
}

func checkDwelling(t *testing.T, d stockfile.Dwelling) {
	t.Helper()
	if _, err := domain.ParseInseeCode(string(d.Commune)); err != nil {
		t.Error(err)
	}
	if d.AddressKey == "" && d.Coordinates == nil {
		t.Errorf("the building of %+v cannot be told", d)
	}
	if c := d.Coordinates; c != nil {
		if _, err := domain.NewCoordinates(float64(c.Latitude), float64(c.Longitude)); err != nil {
			t.Error(err)
		}
	}
	if len(d.Address.String()) > stockfile.MaxField {
		t.Errorf("an address of %d bytes", len(d.Address.String()))
	}
	if d.Rooms < 0 || d.Surface < 0 || math.Signbit(d.Surface) || d.BuiltIn < 0 || d.PriorityDistrict == "" || domain.NormaliseAddress(d.AddressKey) != d.AddressKey {
		t.Errorf("%+v", d)
	}
}
