import { Store, makeStore } from "./lib/store";

export const LIMIT = 10;

export interface Opens {
	open(): void;
}

class Shop implements Opens {
	constructor(private readonly store: Store) {}

	open(): void {
		this.store.load();
		this.check();
		setTimeout(this.check, 1);
	}
	private check(): Store {
		return makeStore();
	}
}
export default Shop;
