package server

import (
	"sync"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

// textCache keeps the values of the texts used last. Its bound is the length of
// the texts, not their number: callers choose them, and a thousand may be small
// or a gigabyte.
type textCache[V any] struct {
	mu        sync.Mutex
	list      *lru.LRU[string, V]
	size, max int // in bytes of text
}

// maxEntries only sizes the list's own bookkeeping; the bytes bound it first.
const maxEntries = 1 << 20

func newTextCache[V any](maxBytes int) *textCache[V] {
	return &textCache[V]{list: must(lru.NewLRU[string, V](maxEntries, nil)), max: maxBytes}
}

func (c *textCache[V]) get(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list.Get(key)
}

// add keeps a value under a key; weight is the length of the text behind it. One
// text may not push out more than an eighth of the others.
func (c *textCache[V]) add(key string, value V, weigh func(string, V) int) {
	weight := weigh(key, value)
	if weight > c.max/8 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list.Contains(key) {
		return
	}
	c.list.Add(key, value)
	c.size += weight
	for c.size > c.max {
		k, v, ok := c.list.RemoveOldest()
		if !ok {
			return
		}
		c.size -= weigh(k, v)
	}
}
