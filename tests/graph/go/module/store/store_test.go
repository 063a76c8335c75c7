package store

import "testing"

func TestTake(t *testing.T) {
	s := Open()
	s.Take(1)
}
