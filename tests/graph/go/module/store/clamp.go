package store

func clamp(n int) int {
	if n < 0 {
		return 0
	}
	return n
}
