package page

import (
	"context"
	"testing"
)

// TestPage: what is loaded for rows knows these, and what is made of them is made once.
func TestPage(t *testing.T) {
	t.Parallel()
	if In(t.Context()) != nil {
		t.Error("a page that nobody opened")
	}
	made := 0
	sum := func(rows []int) int {
		made++
		n := 0
		for _, r := range rows {
			n += r
		}
		return n
	}
	ctx := Of(t.Context(), []int{1, 2})
	for range 2 {
		if n := Tells(In(context.WithoutCancel(ctx)), sum); n != 3 {
			t.Errorf("the rows tell %d", n)
		}
	}
	if made != 1 {
		t.Errorf("made %d times", made)
	}
	if n := Tells(In(Of(ctx, []int{5})), sum); n != 5 {
		t.Errorf("the rows of the inner page tell %d", n)
	}
	if n := Tells(In(Of(ctx, []string{"other rows"})), sum); n != 0 {
		t.Errorf("rows of another type tell %d", n)
	}
}
