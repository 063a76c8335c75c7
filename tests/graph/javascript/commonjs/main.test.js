const Store = require("./lib/store");

describe("the store", () => {
	it("adds", () => {
		new Store().add(1);
	});
});
