package command

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
)

type schemaCommand struct{}

// Run prints the contract as partners' tools read it.
func (*schemaCommand) Run(env Environment) error {
	_, err := fmt.Fprint(env.Stdout, env.Contract)
	return err
}

type versionCommand struct{}

// Run prints what the program is, one fact a line.
func (*versionCommand) Run(env Environment) error {
	v := buildVersion(env.Contract)
	_, err := fmt.Fprintf(env.Stdout, "version  %s\ncommit   %s\ncontract %s\ndatabase %d\n",
		v.Version, v.Commit, v.Contract, migrations.Latest())
	return err
}

// contractHash names the contract: clients compare it with the one that their
// code was generated from.
func contractHash(contract string) string {
	sum := sha256.Sum256([]byte(contract))
	return hex.EncodeToString(sum[:8])
}
