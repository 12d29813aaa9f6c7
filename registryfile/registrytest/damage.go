package registrytest

import (
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/registryfile"
)

// Damage is something that can happen to one record of a file: to one that [Whole] made.
type Damage struct {
	Name string
	Do   func(g *Generator, record string) string
	// Code is what is wrong then, empty where that depends on chance.
	Code registryfile.Code
	// Field is the last name of the field, where it is told.
	Field string
}

// Damages are all that are tried.
func Damages() []Damage { return slices.Clone(damages) }

var damages = []Damage{
	{"its end is missing", swap("</s:demande>", ""), registryfile.CutRecord, ""},
	{"its end has another name", swap("</s:demande>", "</s:demandes>"), registryfile.CutRecord, ""},
	{"cut anywhere", func(g *Generator, s string) string { return s[:len("<s:demande>")+g.IntN(len(s)-30)] }, "", ""},
	{"an end without a beginning", swap("</s:nom>", "</s:nom></s:nom>"), registryfile.IllFormed, "demandeur"},
	{"ends crossed", swap("</s:nom>", "</s:prenom>"), registryfile.IllFormed, "nom"},
	{"a quote that stays open", swap(`code="38185"`, `code="38185`), registryfile.IllFormed, ""},
	{"a tag that stays open", swap("<s:nom>", "<s:nom"), registryfile.IllFormed, ""},
	{"a comment that stays open", swap("<s:nom>", "<s:nom><!-- "), registryfile.IllFormed, ""},
	{"a section that stays open", swap("<s:nom>", "<s:nom><![CDATA["), registryfile.IllFormed, ""},
	{"text with <", swap("EXEMPLE", "EX < EMPLE"), registryfile.IllFormed, ""},
	{"bytes of Latin-1", swap("EXEMPLE", "EX\xc9MPLE"), registryfile.BadCharset, ""},
	{"a control character", swap("EXEMPLE", "EX\x01EMPLE"), registryfile.IllFormed, ""},
	{"a NUL", swap("EXEMPLE", "EX\x00EMPLE"), registryfile.IllFormed, ""},
	{"an entity", swap("EXEMPLE", "&exemple;"), registryfile.IllFormed, "nom"},
	{"a prefix that is not declared", swap("<s:nom>", "<z:nom/><s:nom>"), registryfile.IllFormed, ""},
	{"an attribute twice", swap(`code="T3"`, `code="T3" code="T3"`), registryfile.IllFormed, ""},
	{"an attribute twice by two prefixes", swap(`code="T3"`, `a:x="1" b:x="1" xmlns:a="u" xmlns:b="u"`), registryfile.IllFormed, ""},
	{"a number in a name", swap("<s:nom>", "<s:n.1850578006084-91/><s:nom>"), registryfile.IllFormed, ""},
	{"an instruction", swap("<s:nom>", `<?php x ?><s:nom>`), registryfile.Forbidden, "demandeur"},
	{"a document type", swap("<s:nom>", `<!DOCTYPE x><s:nom>`), registryfile.Forbidden, "demandeur"},
	{"too deep", swap("<s:nom>", strings.Repeat("<s:a>", 40)+strings.Repeat("</s:a>", 40)+"<s:nom>"), registryfile.TooLarge, ""},
	{"too many elements", swap("<s:nom>", strings.Repeat("<s:a/>", 6000)+"<s:nom>"), registryfile.TooLarge, "demandeur"},
	{"too many attributes", swap("<s:nom>", "<s:a "+attributes(40)+"/><s:nom>"), registryfile.TooLarge, "demandeur"},
	{"a long text", swap("EXEMPLE", strings.Repeat("é", 11_000)), registryfile.TooLarge, "nom"},
	{"a long attribute", swap(`code="T3"`, `code="`+strings.Repeat("T", 21_000)+`"`), registryfile.TooLarge, ""},
	{"a long name", swap("EXEMPLE", strings.Repeat("é", 101)), registryfile.TooLarge, "nom"},
	{"a long record", swap("<s:nom>", strings.Repeat("<s:a>"+strings.Repeat("x", 10_000)+"</s:a>", 120)+"<s:nom>"), registryfile.TooLarge, ""},
	{"a very long record", swap("<s:nom>", strings.Repeat("<s:a>"+strings.Repeat("x", 10_000)+"</s:a>", 400)+"<s:nom>"), registryfile.TooLarge, ""},
	{"a very long record without an end", swap("</s:demande>", strings.Repeat("x", 4<<20)), registryfile.TooLarge, ""},
	{"no number", func(_ *Generator, s string) string { return strings.ReplaceAll(s, "numUnique", "numero") }, registryfile.Required, "numUnique"},
	{"an empty one", func(_ *Generator, _ string) string { return "<s:demande/>" }, registryfile.Required, "numUnique"},
	{"no typology", swap(`<s:typeLogement code="T3"/>`, ""), registryfile.Required, "@code"},
	{"no commune", swap(` code="38185"`, ""), registryfile.Required, "@code"},
	{"two numbers", swap("<s:dateCreation", "<s:numUnique/><s:dateCreation"), registryfile.Repeated, "numUnique"},
	{"a code that there is not", swap(`code="T3"`, `code="T33"`), registryfile.UnknownCode, "@code"},
	{"a postal code for a commune", swap(`code="38185"`, `code="20000"`), registryfile.UnknownCode, "@code"},
	{"a bad number", swap("G1234</s:numUnique>", "G1</s:numUnique>"), registryfile.BadNumber, "numUnique"},
	{"a bad date", swap("2026-03-16", "2026-02-30"), registryfile.BadDate, "dateCreationDemande"},
	{"a French date", swap("2026-03-16", "16/03/2026"), registryfile.BadDate, "dateCreationDemande"},
	{"a word for a flag", swap("true", "oui"), registryfile.BadValue, "demandeElargie"},
	{"a bad amount", swap("</s:nom>", "</s:nom><s:revenuFiscal><s:montantMoins1>1 000 €</s:montantMoins1></s:revenuFiscal>"), registryfile.BadValue, "montantMoins1"},
	{"a bad address", swap("</s:nom>", "</s:nom><s:mel>a at b</s:mel>"), registryfile.BadValue, "mel"},
	{"text between records", func(_ *Generator, s string) string { return "text " + s[:0] }, registryfile.Stray, ""},
	{"something else", func(_ *Generator, _ string) string { return "<s:autre>" + Numbered(1) + "</s:autre>" }, registryfile.Stray, ""},
	{"a record of another space", func(_ *Generator, s string) string {
		return strings.Replace(s, "<s:demande>", `<s:demande xmlns:s="urn:x">`, 1)
	}, registryfile.Stray, ""},
	{"an end alone", func(_ *Generator, _ string) string { return "</s:demande>" }, registryfile.Stray, ""},
}

func swap(old, now string) func(*Generator, string) string {
	return func(_ *Generator, s string) string {
		if !strings.Contains(s, old) {
			panic(old + " is not there") //nolint:forbidigo // damage that does nothing would show nothing
		}
		return strings.Replace(s, old, now, 1)
	}
}

func attributes(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString("a" + strings.Repeat("a", i) + `="" `)
	}
	return out.String()
}
