package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxDrafts bounds the forms that one person keeps before they are deposited.
const MaxDrafts = 50

// maxDraftText is in characters: no field of a form holds more.
const maxDraftText = MaxFreeText

// Values lists what the form states, in the order of the form; what is empty is not there.
func (f ApplicationForm) Values() []FormValue {
	text, _ := json.Marshal(f) // a form always has its JSON
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var all []FormValue
	flatten(d, nil, func(path []string, value string) {
		all = append(all, FormValue{strings.Join(path, "."), value})
	})
	return all
}

// flatten tells each value that is next in a text that was just written, by its path.
func flatten(d *json.Decoder, path []string, tell func([]string, string)) {
	token, _ := d.Token()
	opened, nested := token.(json.Delim)
	if !nested {
		if value := fmt.Sprint(token); token != nil && !slices.Contains([]string{"", "0", "false"}, value) {
			tell(path, value)
		}
		return
	}
	for i := 0; d.More(); i++ {
		name := strconv.Itoa(i)
		if opened == '{' {
			key, _ := d.Token()
			name = uncapitalised(fmt.Sprint(key))
		}
		flatten(d, subpath(path, name), tell)
	}
	_, _ = d.Token() // its end
}

// uncapitalised writes a name as the contract does.
func uncapitalised(name string) string {
	first, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[n:]
}

// CheckDraft says what may not even be kept of a form that is not deposited yet: whatever
// else is wrong or missing is told, and asked for at its deposit.
func (f ApplicationForm) CheckDraft() Refusals {
	var all Refusals
	if len(f.Household) > MaxHousehold || len(f.Wishes) > MaxWishes {
		all = append(all, refuse(Invalid,
			"An application has 20 people and 10 wishes at most.", "Une demande a 20 personnes et 10 souhaits au plus.", "form"))
	}
	for _, v := range f.Values() {
		path := append([]string{"form"}, strings.Split(v.Field, ".")...)
		if utf8.RuneCountInString(v.Value) > maxDraftText {
			all = append(all, refuse(Invalid,
				"Write "+strconv.Itoa(maxDraftText)+" characters at most.", "Écrire au plus "+strconv.Itoa(maxDraftText)+" caractères.", path...))
		}
		all = append(all, RefuseNIR(v.Value, path...)...)
	}
	return all
}

// StaleDraft refuses to write over a draft that changed since it was read, and tells what
// differs.
func StaleDraft(yours, theirs int, form, stored ApplicationForm) Refusals {
	r := refuse(StaleVersion, "It changed since you read it.", "Cela a changé depuis votre lecture.", "version")
	r.Help = Text{EN: "Read it again and decide.", FR: "Relire, puis décider."}
	r.Conflict = &Conflict{Yours: yours, Theirs: theirs}
	kept := stored.Values()
	for _, v := range form.Values() {
		i := slices.IndexFunc(kept, func(w FormValue) bool { return w.Field == v.Field })
		if i >= 0 && kept[i].Value != v.Value {
			r.Conflict.Values = append(r.Conflict.Values, ValueConflict{v.Field, v.Value, kept[i].Value})
		}
	}
	return Refusals{r}
}

// TooManyDrafts refuses another draft beside those that one has.
func TooManyDrafts() Refusals {
	return Refusals{refuse(Duplicate,
		"You have enough drafts: deposit or discard some.", "Vous avez assez de brouillons : en déposer ou en supprimer.")}
}
