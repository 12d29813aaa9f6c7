package registrytest

import (
	"fmt"
	"strings"
)

// File is one of that type with these records.
func File(typ string, records ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<s:interfaceNuu versionInterface="02.01" xmlns:s="http://nuu.application.i2/">
<s:entete><s:typeFichier code="` + typ + `"/><s:dateFichier>2026-03-16T09:30:00.000+01:00</s:dateFichier><s:numGuichet>G1234</s:numGuichet></s:entete>
` + strings.Join(records, "\n") + "\n</s:interfaceNuu>\n"
}

// Whole is a record that lacks nothing.
func Whole(number string) string {
	return `<s:demande><s:demandeLogement><s:numUnique>` + number + `</s:numUnique><s:dateCreationDemande>2026-03-16</s:dateCreationDemande>` +
		`<s:personnePhysique><s:demandeur><s:nom>EXEMPLE</s:nom><s:prenom>Camille</s:prenom><s:dateNaissance>1988-05-17</s:dateNaissance></s:demandeur></s:personnePhysique>` +
		`<s:logementRecherche><s:demandeElargie>true</s:demandeElargie><s:listeTypeLogement><s:typeLogement code="T3"/></s:listeTypeLogement>` +
		`<s:listeLocalisationSouhaite><s:localisationSouhaite><s:commune code="38185"/></s:localisationSouhaite></s:listeLocalisationSouhaite>` +
		`</s:logementRecherche></s:demandeLogement></s:demande>`
}

// Numbered is the number of an application, one of a million.
func Numbered(i int) string { return fmt.Sprintf("0380326%06dG1234", i) }
