function before(): number { return after(); }

interface Half {
	a: string
	b(

class Open<T {
	run(): void { before() }

function after(): number { return before( }
