export class Store {
	load(): void {}
}

export function makeStore(): Store {
	return new Store();
}
