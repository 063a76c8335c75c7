package main

import (
	"fmt"
	"os"

	"example.com/shop/store"
	db "example.com/shop/store"
)

type app struct {
	store *store.Store
}

func (a *app) run(times int) {
	a.store.Take(times)
	a.store.Close()
	each(times, a.step)
}

func (a *app) step() { fmt.Println(len(os.Args)) }

func each(n int, fn func()) {
	fn()
}

func main() {
	a := &app{store: db.Open()}
	a.run(3)
	s := store.Open()
	s.Take(1)
	clamp := func(n int) int { return n }
	clamp(2)
}
