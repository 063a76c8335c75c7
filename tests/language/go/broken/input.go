package broken

func before() int { return after() }

func ( {

type T struct {

func after() int {
	return before(
}
