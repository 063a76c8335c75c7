export { default } from "./default";
export { default as Other } from "./other";
import main = require("./main");

/** Keeps. */
export const keep = async <T extends Item>(what: T, by: Keeper = new Keeper()): Promise<Kept<T>> => by.keep(what);

export abstract class Service<T, U = Other> extends Base<T> implements OnInit {
	@Input() private name?: Name | null;
	readonly #store = new Store<U>();
	protected handler = (event: Event): Result => this.on(event);

	constructor(private readonly http: Http, readonly log: null | Log, @Inject(TOKEN) public token?: Token) {
		super();
	}
	protected abstract build(from: Source): Target;
	get size(): Size { return this.#store.size; }
	public overloaded(a: string): string;
	public overloaded(a: number): number;
	public overloaded(a: any): any {
		const { first, second: other } = this.http.options;
		const page = a as Page;
		return this.http!.get(page?.url, first, other);
	}
}

interface Callable {
	(x: In): Out;
	method?(x: In): Out;
	property: (x: In) => Out;
	[key: string]: any;
}
type Mapped<K> = { [P in keyof K]: Inner<K[P]> } & Mixed;
type Guess<X> = X extends Array<infer E> ? E : Never;

declare function ambient(x: In): Out;
function isOut(x: unknown, compare = (a: In, b: In) => a === b): x is Out { return typeof x; }
export = keep;
