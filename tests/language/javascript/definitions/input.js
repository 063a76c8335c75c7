#!/usr/bin/env node
"use strict";

const LIMIT = 10;
let count = 0;

/** Adds two. */
function add(a, b = 1, ...rest) {
	return a + b;
}

// Counts up.
export function* counter(from) {
	yield from;
}

export default class Shop extends Base.Store {
	#secret = 1;
	static made = 0;
	visit = (who) => this.greet(who);
	store = new Store();

	/* Opens it. */
	constructor(name, { open }) {
		super(name);
		this.name = name;
		this.items = new Items(open);
	}

	get size() { return this.items.size; }
	async load(url) {
		const page = await fetchPage(url);
		return page?.parse();
	}
	static make() { return new Shop("x", {}); }
	#hide() { return this.#secret; }
	"quoted name"() {}
}

/** Doubles. */
const double = (n) => n * 2;
export const half = n => n / 2, third = function named(n) { return n / 3; };

const tools = {
	run() { return add(1, 2); },
	stop: function () {},
	later: () => run(),
	double,
	other: half,
};

Shop.prototype.close = function (now) {
	function inner() { return deep(); }
	return inner();
};

exports.open = function open() {};
module.exports.list = [add, double];

describe("the shop", () => {
	it(`opens`, async () => {
		await new Shop().load("/");
	});
	test.each([1])("not seen", () => {});
});

[1, 2].map(double).filter(function (n) { return n; });
setTimeout(tools.run, 10);
tag`text ${count}`;
const view = <List items={tools} onOpen={add}><ui.Row /><div /></List>;
