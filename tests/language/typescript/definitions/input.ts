import type { Item, Price as Cost } from "./item";
import fs = require("fs");

/** What sells. */
export interface Seller<T extends Item> extends Named, Closer<T> {
	name: string;
	/** Sells one. */
	sell(what: T, count?: number): Cost;
}

export type Names = Name | string[];

export enum Size { Small, Large }

export abstract class Base {
	protected abstract open(): void;
	constructor(private readonly store: Store<Item>, public items: Item[] = []) {}
}

@register("shop")
export default class Shop<T> extends Base implements Seller<Item>, ui.View {
	private static made: number = 0;
	log?: Logger;
	cache = new Map<string, Item>();

	constructor(store: Store<Item>) {
		super(store);
	}

	protected open(): void {
		this.log!.write("open");
		this.store.load<Item>().then(this.opened);
	}
	@memo
	private opened = (items: Item[]): Item => items[0];
	sell(what: Item, count = 1): Cost {
		return (what as Sale).price(count);
	}
}

export function pick(a: string): string;
export function pick(a: number): number;
export function pick(a: any): any {
	const found: Item = find(a);
	return found;
}

namespace tools.inner {
	export const twice = <T>(x: T): T[] => [x, x];
	export function once(x: Item): Promise<Item> { return Promise.resolve(x); }
}

declare module "other" {
	export function ambient(): void;
}

const isItem = (x: unknown): x is Item => typeof x === "object";
let size = Size.Small satisfies Size;
