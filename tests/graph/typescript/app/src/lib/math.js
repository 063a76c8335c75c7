export function add(items) {
	return items.reduce((a, b) => a + b, 0);
}
