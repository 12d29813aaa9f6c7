package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"

	"github.com/guichet-logement/guichet/domain"
)

// persistedBytes bounds the documents kept by hash.
const persistedBytes = 4 << 20

// persisted is automatic persisted queries: a client sends the hash of its
// document, and the document itself only when we do not know it.
type persisted struct{ documents *textCache[string] }

func newPersisted() *persisted { return &persisted{newTextCache[string](persistedBytes)} }

// resolve puts the document into the parameters, or checks its hash. It returns
// the hash under which [persisted.keep] may store the document; empty without one.
func (p *persisted) resolve(params *graphql.RawParams) (hash string, err *domain.Error) {
	extension, ok := params.Extensions["persistedQuery"]
	if !ok || extension == nil {
		return "", nil
	}
	fields, _ := extension.(map[string]any)
	hash, _ = fields["sha256Hash"].(string)
	version, _ := fields["version"].(json.Number)
	if version != "1" || len(hash) != hex.EncodedLen(sha256.Size) {
		return "", badRequest("PERSISTED_QUERY", "extensions.persistedQuery",
			"Give version 1 and the SHA-256 of the document in hexadecimal.",
			"Donnez la version 1 et le SHA-256 du document en hexadécimal.")
	}
	if params.Query == "" {
		if params.Query, ok = p.documents.get(hash); !ok {
			// Clients know this answer by its very words, in any language.
			return "", badRequest("PERSISTED_QUERY_NOT_FOUND", "", "PersistedQueryNotFound", "PersistedQueryNotFound")
		}
		return "", nil
	}
	if sum := sha256.Sum256([]byte(params.Query)); hex.EncodeToString(sum[:]) != hash {
		return "", badRequest("PERSISTED_QUERY", "extensions.persistedQuery.sha256Hash",
			"The hash is not that of the document.", "L'empreinte n'est pas celle du document.")
	}
	return hash, nil
}

// keep stores a document that has proved valid.
func (p *persisted) keep(hash, query string) {
	if hash != "" {
		p.documents.add(hash, query, func(key, query string) int { return len(key) + len(query) })
	}
}
