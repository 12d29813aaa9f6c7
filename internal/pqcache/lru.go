package pqcache

import "container/list"

// lru orders the kept statements of one connection by last use. It holds at
// most size of them; the caller makes room before it adds.
type lru struct {
	size   int
	byText map[string]*list.Element
	order  *list.List // Of kept, most recently used first.
}

type kept struct {
	text string
	stmt pqStmt
}

func newLRU(size int) *lru {
	return &lru{size: size, byText: make(map[string]*list.Element), order: list.New()}
}

func (l *lru) get(text string) (pqStmt, bool) {
	e, ok := l.byText[text]
	if !ok {
		return nil, false
	}
	l.order.MoveToFront(e)
	return e.Value.(kept).stmt, true
}

func (l *lru) full() bool { return l.order.Len() >= l.size }

func (l *lru) add(text string, st pqStmt) {
	l.byText[text] = l.order.PushFront(kept{text: text, stmt: st})
}

// removeOldest returns the statement used longest ago; false when none is kept.
func (l *lru) removeOldest() (pqStmt, bool) {
	e := l.order.Back()
	if e == nil {
		return nil, false
	}
	k := l.order.Remove(e).(kept)
	delete(l.byText, k.text)
	return k.stmt, true
}
