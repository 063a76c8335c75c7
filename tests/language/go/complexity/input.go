package rate

// cyclomatic 4: one for itself, loop, if, &&; cognitive 1 + 2 + 1.
func first(items []int, want int) int {
	for i, item := range items {
		if item == want && i > 0 {
			return i
		}
	}
	return -1
}

// cyclomatic 4; an else-if chain costs 1 for each part.
func sign(n int) string {
	if n < 0 {
		return "-"
	} else if n > 0 {
		return "+"
	} else if n == 0 {
		return "0"
	} else {
		return "?"
	}
}

// cyclomatic 3: the cases but not the default; cognitive 1.
func word(n int) string {
	switch n {
	case 1:
		return "one"
	case 2, 3:
		return "some"
	default:
		return "many"
	}
}

func kind(value interface{}, stop chan int) int {
	switch value.(type) {
	case int:
		return 1
	case string, []byte:
		return 2
	}
	select {
	case <-stop:
		return 3
	default:
	}
outer:
	for {
		for i := 0; i < 3; i++ {
			if i == 2 {
				break outer
			}
			continue outer
		}
	}
	run := func() {
		if value != nil || stop == nil || value == nil {
			panic(1)
		}
	}
	run()
	goto done
done:
	return 0
}
