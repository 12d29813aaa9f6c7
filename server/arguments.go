package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/domain"
)

// Scalar makes a check of a scalar from its Go type.
func Scalar[T any, P interface {
	*T
	UnmarshalGQL(any) error
}]() func(any) error {
	return func(v any) error {
		var value T
		return P(&value).UnmarshalGQL(v)
	}
}

// ScalarFunc makes a check of a scalar from the function that reads it.
func ScalarFunc[T any](read func(any) (T, error)) func(any) error {
	return func(v any) error {
		_, err := read(v)
		return err
	}
}

// checkScalars refuses a contract with a scalar that nobody would check: bad
// values in nested arguments are otherwise dropped without a word.
func checkScalars(schema *ast.Schema, scalars map[string]func(any) error) error {
	check := func(t *ast.Type, where string) error {
		def := schema.Types[t.Name()]
		if def.Kind == ast.Scalar && !def.BuiltIn && scalars[def.Name] == nil {
			return fmt.Errorf("scalar %s of %s has no check", def.Name, where)
		}
		return nil
	}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			if def.Kind == ast.InputObject {
				if err := check(f.Type, def.Name+"."+f.Name); err != nil {
					return err
				}
			}
			for _, a := range f.Arguments {
				if err := check(a.Type, def.Name+"."+f.Name+"."+a.Name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// arguments checks values against their types, strictly and all of them. The
// libraries behind are lenient: they take a number for a string, a word in any
// case for an enum, 64 bits for an Int.
type arguments struct {
	schema  *ast.Schema
	scalars map[string]func(any) error
}

// checked stands for a variable within a literal: it was checked by its own type.
type checked struct{}

// word is an enum value written in a document.
type word string

// check returns the first error of a value. Path names the argument, as in
// "where.openAt".
func (a arguments) check(path string, t *ast.Type, v any) *domain.Error {
	if _, ok := v.(checked); ok {
		return nil
	}
	if v == nil {
		if t.NonNull {
			return badRequest("NULL", path, path+" must not be null.", path+" ne doit pas être nul.")
		}
		return nil
	}
	if t.Elem != nil {
		items, ok := v.([]any)
		if !ok {
			return a.check(path, t.Elem, v) // a single item stands for a list of one
		}
		for i, item := range items {
			if err := a.check(path+"["+strconv.Itoa(i)+"]", t.Elem, item); err != nil {
				return err
			}
		}
		return nil
	}
	switch def := a.schema.Types[t.NamedType]; def.Kind {
	case ast.Enum:
		return a.enum(path, def, v)
	case ast.InputObject:
		return a.object(path, def, v)
	default:
		return a.scalar(path, def, v)
	}
}

func (a arguments) enum(path string, def *ast.Definition, v any) *domain.Error {
	name, ok := v.(string)
	if w, literal := v.(word); literal {
		name, ok = string(w), true
	}
	if !ok || def.EnumValues.ForName(name) == nil {
		return wrongType(path, "a value of "+def.Name, "une valeur de "+def.Name)
	}
	return nil
}

func (a arguments) object(path string, def *ast.Definition, v any) *domain.Error {
	fields, ok := v.(map[string]any)
	if !ok {
		return wrongType(path, "an object "+def.Name, "un objet "+def.Name)
	}
	for name := range fields {
		if def.Fields.ForName(name) == nil {
			return badRequest("UNKNOWN_FIELD", path+"."+name,
				"This field is not a part of "+def.Name+".", "Ce champ ne fait pas partie de "+def.Name+".")
		}
	}
	for _, f := range def.Fields {
		value, given := fields[f.Name]
		if !given {
			if f.Type.NonNull && f.DefaultValue == nil {
				return badRequest("MISSING_FIELD", path+"."+f.Name, "This field is required.", "Ce champ est obligatoire.")
			}
			continue
		}
		if err := a.check(path+"."+f.Name, f.Type, value); err != nil {
			return err
		}
	}
	return nil
}

func (a arguments) scalar(path string, def *ast.Definition, v any) *domain.Error {
	switch def.Name {
	case "Int":
		if n, err := strconv.ParseInt(digits(v), 10, 64); err != nil || n < math.MinInt32 || n > math.MaxInt32 {
			return wrongType(path, "a whole number of 32 bits", "un nombre entier sur 32 bits")
		}
	case "Float":
		if f, err := strconv.ParseFloat(digits(v), 64); err != nil || math.IsInf(f, 0) {
			return wrongType(path, "a number", "un nombre")
		}
	case "String":
		if _, ok := v.(string); !ok {
			return wrongType(path, "a string", "une chaîne")
		}
	case "Boolean":
		if _, ok := v.(bool); !ok {
			return wrongType(path, "true or false", "true ou false")
		}
	case "ID":
		if _, ok := v.(string); !ok {
			if _, err := strconv.ParseInt(digits(v), 10, 64); err != nil {
				return wrongType(path, "an identifier", "un identifiant")
			}
		}
	}
	if check := a.scalars[def.Name]; check != nil {
		if w, ok := v.(word); ok {
			v = string(w)
		}
		if err := check(v); err != nil {
			return badValue(path, err)
		}
	}
	return nil
}

// digits returns how a number was written, empty for what is not a number.
func digits(v any) string {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return ""
}

func wrongType(path, en, fr string) *domain.Error {
	return badRequest("TYPE", path, path+" must be "+en+".", path+" doit être "+fr+".")
}

// badValue says why a value was refused: in the words of the domain, if it has
// some in both languages.
func badValue(path string, err error) *domain.Error {
	var ours *domain.Error
	if errors.As(err, &ours) {
		located := *ours
		if located.Field == "" {
			located.Field = path
		}
		return &located
	}
	refused := &domain.Refusal{}
	var several domain.Refusals
	if errors.As(err, &several) && len(several) > 0 {
		refused = several[0]
	} else {
		errors.As(err, &refused)
	}
	why := refused.Message
	if why == (domain.Text{}) {
		why = domain.TextOf(rootCause(err))
	}
	return badRequest("VALUE", path,
		fmt.Sprintf("%s is not accepted: %s", path, why.EN),
		fmt.Sprintf("%s n'est pas accepté : %s", path, why.FR))
}

// rootCause drops the paths that libraries put around the sentence of a scalar.
func rootCause(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// literal turns a value of a document into what [arguments.check] reads. It fails
// on a number that gqlgen could not read: it would panic.
func literal(path string, v *ast.Value) (any, *domain.Error) {
	switch v.Kind {
	case ast.Variable:
		return checked{}, nil
	case ast.NullValue:
		return nil, nil
	case ast.IntValue, ast.FloatValue, ast.BooleanValue:
		value, err := v.Value(nil)
		if err != nil {
			return nil, wrongType(path, "a number within bounds", "un nombre dans les bornes")
		}
		return value, nil
	case ast.EnumValue:
		return word(v.Raw), nil
	case ast.ListValue:
		items := make([]any, len(v.Children))
		for i, child := range v.Children {
			item, err := literal(path, child.Value)
			if err != nil {
				return nil, err
			}
			items[i] = item
		}
		return items, nil
	case ast.ObjectValue:
		fields := make(map[string]any, len(v.Children))
		for _, child := range v.Children {
			value, err := literal(path+"."+child.Name, child.Value)
			if err != nil {
				return nil, err
			}
			fields[child.Name] = value
		}
		return fields, nil
	case ast.StringValue, ast.BlockValue:
	}
	return v.Raw, nil
}

// checkVariables checks the variables that an operation declares, and the
// defaults it gives them. Others are ignored, as the specification has it.
func (a arguments) checkVariables(op *ast.OperationDefinition, sent map[string]any) *domain.Error {
	for _, declared := range op.VariableDefinitions {
		path := "$" + declared.Variable
		value, given := sent[declared.Variable]
		switch {
		case !given && declared.DefaultValue == nil && declared.Type.NonNull:
			return badRequest("MISSING_VARIABLE", path, path+" is required.", path+" est obligatoire.")
		case !given && declared.DefaultValue == nil:
			continue
		case !given:
			var err *domain.Error
			if value, err = literal(path, declared.DefaultValue); err != nil {
				return err
			}
		}
		if err := a.check(path, declared.Type, value); err != nil {
			return err
		}
	}
	return nil
}
