// Package shop sells things.
package shop

import (
	"fmt"
	. "math"
	_ "net/http/pprof"
	st "example.com/shop/store"
)

// Limit is how many fit.
const Limit = 10

const (
	Small = iota
	Large
)

var registry = map[string]func(int) int{"double": double, "half": half}

// Shop has a store.
// It opens early.
type Shop struct {
	st.Base
	*Owner
	store *st.Store
	names []Name
	visit func(int) error
}

type Name = string

type (
	// Owner owns.
	Owner struct{ age int }
	pair[K comparable, V any] struct {
		key   K
		value V
	}
)

// Seller is what sells.
type Seller interface {
	st.Closer
	Sell(what string, count int) (int, error)
}

// New makes a shop.
func New(store *st.Store) *Shop {
	shop := &Shop{store: store}
	return shop
}

/* Sell sells. */
func (s *Shop) Sell(what string, count int) (int, error) {
	left := s.store.Take(what, count)
	defer s.close()
	go watch(left)
	fmt.Println(left, Floor(1.5))
	each(s.names, s.print)
	return left, nil
}

func (p pair[K, V]) Key() K { return p.key }

func (s Shop) close() {}

func each[T any](items []T, fn func(T)) {
	for _, item := range items {
		fn(item)
	}
}

func watch(n int) {
	retry := func(times int) bool { return times > n }
	retry(3)
	func() { recover() }()
	pair[string, int]{"a", 1}.Key()
	_ = []Owner{{1}, {2}}
	var other Seller = New(nil)
	other.Sell("x", 1)
	New(nil).close()
}

func double(n int) int { return 2 * n }
func half(n int) int   { return n / 2 }

func TestShop(t *testing.T)       {}
func BenchmarkSell(b *testing.B)  {}
func Testament()                  {}
func init()                       {}
