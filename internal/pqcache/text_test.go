package pqcache

import (
	"strings"
	"testing"
)

func TestCacheable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want bool
	}{
		{"", false},
		{"-- SELECT 1", false},
		{"/* SELECT", false},
		{"(SELECT $1)", false},
		{"COPY t FROM STDIN", false},
		{"EXPLAIN SELECT $1", false},
		{"SELECTED", false},
		{"SELECT $1; SELECT 2", false},
		{"SELECT ';' || $1", false},
		{Unprepared + " SELECT $1", false},
		{"\n" + Unprepared + "SELECT $1", false},
		{"SELECT $1" + strings.Repeat(" ", maxText), false},
		{"SELECT $1", true},
		{"select\t$1;\n", true},
		{"/* a /* nested */ b */ -- c\r\n WITH x AS (SELECT $1) SELECT 1", true},
		{"INSERT INTO t VALUES ($1)", true},
		{"UPDATE t SET a = $1", true},
		{"DELETE FROM t WHERE a = $1", true},
	}
	for _, tt := range tests {
		if got := cacheable(tt.text); got != tt.want {
			t.Errorf("cacheable(%.40q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestResetsSession(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want bool
	}{
		{"", false},
		{";;", false},
		{"SELECT 1", false},
		{"UPDATE t SET a = 1", false},
		{"SETTING", false},
		{"-- SET x = 1", false},
		{"set x = 1", true},
		{"BEGIN; SET LOCAL x = 1; COMMIT", true},
		{"BEGIN; /* ; */ -- ;\n RESET ALL", true},
		{"DISCARD PLANS", true},
		{"DEALLOCATE ALL", true},
	}
	for _, tt := range tests {
		if got := resetsSession(tt.text); got != tt.want {
			t.Errorf("resetsSession(%q) = %v, want %v", tt.text, got, tt.want)
		}
	}
}
