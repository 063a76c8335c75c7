const Store = require("./lib/store");
const format = require("./lib/format");
const { once, twice: double } = require("./lib/tools");
const tools = require("./lib");
const fs = require("fs");

function number() {
	return 1;
}

function main() {
	const store = new Store();
	store.add(once(number)).add(double(number));
	format(store);
	tools.twice(number);
	fs.readFileSync("x");
}
