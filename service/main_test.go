package service_test

import (
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
)

func TestMain(m *testing.M) { testdb.Main(m) }
