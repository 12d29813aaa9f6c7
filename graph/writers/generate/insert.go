package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/99designs/gqlgen/codegen"
)

// insert has the executor call a writer at each of the fields.
func insert(file string, hooks []*codegen.Field) error {
	text, err := os.ReadFile(file) //nolint:gosec // code just generated
	if err != nil {
		return err
	}
	source := string(text)
	for _, f := range hooks {
		if source, err = insertAt(source, f.Object.Name+"_"+f.Name, f.TypeReference.MarshalFunc()); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	// The mode is for a new file: this one exists and keeps its own.
	return os.WriteFile(file, []byte(source), 0o600) //nolint:gosec // as above
}

// insertAt puts the writer in place of gqlgen's marshal function in the method of
// one field.
func insertAt(source, field, marshal string) (string, error) {
	head := "\nfunc (ec *executionContext) _" + field + "(ctx context.Context, field graphql.CollectedField"
	call := "\treturn ec." + marshal + "(ctx, selections, v)\n"
	start := strings.Index(source, head)
	if start < 0 || strings.Count(source, head) != 1 {
		return "", fmt.Errorf("the method of field %s was not found exactly once", field)
	}
	length := strings.Index(source[start:], "\n}\n")
	if length < 0 {
		return "", fmt.Errorf("the method of field %s does not end", field)
	}
	method := source[start : start+length]
	if strings.Count(method, call) != 1 {
		return "", fmt.Errorf("field %s does not call %s exactly once", field, marshal)
	}
	writes := strings.Replace(method, call, "\treturn ec.answer"+strings.TrimPrefix(marshal, "marshal")+"(ctx, selections, v)\n", 1)
	return source[:start] + writes + source[start+length:], nil
}
