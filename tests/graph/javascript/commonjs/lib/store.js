/** Keeps items. */
module.exports = class Store {
	#items = [];
	add(item) {
		this.#check(item);
		return this;
	}
	#check(item) {}
	handle = (event) => this.add(event);
};
