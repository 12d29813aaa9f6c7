package page

import (
	"context"
	"sync"
)

type key struct{}

// Page are the rows for which something is loaded.
type Page struct {
	rows any
	once sync.Once
	told any
}

// Of returns a context in which something is loaded for these rows, and no others.
func Of(ctx context.Context, rows any) context.Context {
	return context.WithValue(ctx, key{}, &Page{rows: rows})
}

// In is the page for which something is loaded in a context; nil for none.
func In(ctx context.Context) *Page {
	p, _ := ctx.Value(key{}).(*Page)
	return p
}

// Tells is what is made of the rows of a page, once for all that is loaded for it.
func Tells[R, T any](p *Page, of func(rows R) T) T {
	p.once.Do(func() {
		rows, _ := p.rows.(R)
		p.told = of(rows)
	})
	told, _ := p.told.(T)
	return told
}
