package registryfile_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func TestSampleLosesNothing(t *testing.T) {
	t.Parallel()
	all, err := readAll(sample(t))
	if err != nil || len(all.records) != 1 || all.rejects != nil || !all.whole || len(all.cut) > 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	same(t, again(t, all), sample(t))
}

// 1 000 files, each written in another way, come out as they went in.
func TestFilesLoseNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1000) {
		text := newGenerator(seed).File(1 + int(seed%4))
		all, err := readAll(text)
		if err != nil || all.rejects != nil || !all.whole || len(all.records) != 1+int(seed%4) {
			t.Fatalf("seed %d: %d records, %v, %v\n%s", seed, len(all.records), all.rejects, err, text)
		}
		written := again(t, all)
		if !same(t, written, text) {
			t.Fatalf("seed %d", seed)
		}
		if twice, err := readAll(written); err != nil || again(t, twice) != written {
			t.Fatalf("seed %d: written again it differs: %v", seed, err)
		}
	}
}

// A social security number is cut wherever it stands, and all else is kept.
func TestNIRIsCut(t *testing.T) {
	t.Parallel()
	const nir, part = "185057800608491", "1 85 05 78 006 084 91"
	text := sample(t)
	put := func(after, what string) {
		if !strings.Contains(text, after) {
			t.Fatal(after)
		}
		text = strings.Replace(text, after, after+what, 1)
	}
	put(`<ns1:civilite code="2"/>`, `<ns1:nir cle="91">1850578006084</ns1:nir><ns1:numeroNIR><ns1:valeur>x</ns1:valeur></ns1:numeroNIR>`)
	put(`<ns1:profession>`, `à <!-- `+nir+` -->`+part[:8]+`<![CDATA[`+part[8:]+`]]>, `)
	put(`<ns1:personneACharge>`, `<x:numSecuriteSociale xmlns:x="urn:x">2</x:numSecuriteSociale><ns1:avenir>oui</ns1:avenir>`)
	put(`<ns1:sexe code="M"`, ` nir="`+nir+`" note="`+nir+`"`)
	put(`<ns1:numGuichet>G1234</ns1:numGuichet>`, `<ns1:auteur>`+nir+`</ns1:auteur>`)
	all, err := readAll(text)
	if err != nil || all.rejects != nil {
		t.Fatal(all.rejects, err)
	}
	if want := map[string]int{"nir": 1, "numeroNIR": 1, "profession": 1, "numSecuriteSociale": 1, "sexe": 2, "auteur": 1}; !maps.Equal(all.cut, want) {
		t.Errorf("cut %v, want %v", all.cut, want)
	}
	written := again(t, all)
	if domain.ContainsNIR(written) || strings.Contains(written, "1850578006084") {
		t.Error("it is still there")
	}
	expected := strings.NewReplacer(`<ns1:profession>`, `<ns1:profession>à , `,
		`<ns1:personneACharge>`, `<ns1:personneACharge><ns1:avenir>oui</ns1:avenir>`,
		`<ns1:sexe code="M"`, `<ns1:sexe code="M" note=""`,
		`<ns1:numGuichet>G1234</ns1:numGuichet>`, `<ns1:numGuichet>G1234</ns1:numGuichet><ns1:auteur/>`).Replace(sample(t))
	same(t, written, expected)
}
