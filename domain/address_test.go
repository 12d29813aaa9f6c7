package domain_test

import (
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func TestNormaliseAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                        "",
		" - , ' ":                 "",
		"Avenue Jean Jaurès":      "AVENUE JEAN JAURES",
		"12 av. Jean-Jaurès":      "12 AVENUE JEAN JAURES",
		"0012  AV JEAN JAURES":    "12 AVENUE JEAN JAURES",
		"12 bis, rue de l'Étoile": "12 B RUE DE L ETOILE",
		"12BIS RUE DE L ETOILE":   "12 B RUE DE L ETOILE",
		"12b rue de l’étoile":     "12 B RUE DE L ETOILE",
		"3 quater bd du Cœur":     "3 Q BOULEVARD DU COEUR",
		"12/14 ter CHE DES SŒURS": "12 14 T CHEMIN DES SOEURS",
		"5 PL ST BRUNO":           "5 PLACE SAINT BRUNO",
		"RUE STE CÉCILE":          "RUE SAINTE CECILE",
		"10 rue Pl":               "10 RUE PL",
		"1 e\u0301toile":          "1 ETOILE",
		"1 RPT DE LA GARE":        "1 ROND POINT DE LA GARE",
		"000 ALLEES DU PARC":      "0 ALLEE DU PARC",
		"GR DU VILLAGE":           "GRANDE RUE DU VILLAGE",
		"3EME AVENUE":             "3EME AVENUE",
		"8 RUE DU 8 MAI 1945":     "8 RUE DU 8 MAI 1945",
	} {
		if got := domain.NormaliseAddress(address); got != want {
			t.Errorf("%q is %q, want %q", address, got, want)
		}
	}
}

func FuzzNormaliseAddress(f *testing.F) {
	for _, s := range []string{"12 bis av. Jean-Jaurès", "0012BISTER B B AV ST", "½ ﬁ Å", "1 R", "\xff", "12 12B 0C GR"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		once := domain.NormaliseAddress(address)
		if twice := domain.NormaliseAddress(once); twice != once {
			t.Errorf("%q is %q, and again %q", address, once, twice)
		}
		if strings.Trim(once, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") != "" || strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Errorf("%q is %q", address, once)
		}
		if lower := domain.NormaliseAddress(strings.ToLower(once)); lower != once {
			t.Errorf("case matters to %q: %q", once, lower)
		}
	})
}
