package main

import "example.com/folders/gate"

// Neither the type of another folder nor its function is what is meant here.
func main() {
	n := gate.New(1)
	copy([]int{n}, nil)
}
