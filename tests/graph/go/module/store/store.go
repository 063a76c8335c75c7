// Package store keeps things.
package store

type Base struct{}

func (b *Base) Close() {}

// Store counts what it has.
type Store struct {
	Base
	count int
}

func Open() *Store { return &Store{} }

func (s *Store) Take(n int) int {
	s.count -= clamp(n)
	return s.count
}
