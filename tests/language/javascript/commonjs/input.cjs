"use strict";
const { join, resolve: absolute } = require("path");
const late = require("./late").inner;
const Page = lazy(() => import("./page"));

module.exports = require("./all");
module.exports = { ...require("./spread"), join, close: absolute };
exports.part = require("./part");
__exportStar(require("./star"), exports);
module.exports = class Store extends Map {};
exports.Named = class {};

let later;
// Set afterwards.
later = (x) => x;
const { a, b: c, d = 1 } = this.options;
const table = { join, "quoted key": (x) => x, nested: { deep() {} } };

function Old() {
	this.run = function () {};
	this.value ||= new Thing();
}
Old.prototype = { first() {}, second: function () {} };
Old.make = () => new Old();

class Keeper {
	#items = [];
	/** Handles. */
	handle = async (event) => { await this.#keep(event); };
	made = create();
	static #keep(event) {}
	set size(n) { this.#items.length = n; }
}

async function use(items, done = () => {}) {
	const { one } = await import("./dynamic");
	for (const item of items) item?.load?.();
	items.filter((x) => x.good).forEach(y => y.go());
	return new Keeper(items, one);
}

describe.each`x`("table", function () {
	it.only("slow", { timeout: 5 }, function* () {});
	xit("off", () => {});
});
