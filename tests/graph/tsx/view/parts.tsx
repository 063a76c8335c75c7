export interface Item {
	id: string;
	label(): string;
}
export const Row = ({ item }: { item: Item }) => <li>{describe(item)}</li>;
const describe = (item: Item) => item.label();
export default class Page extends Frame<Props> {
	render() {
		return this.wrap(<div />);
	}
	private wrap(inner: Node): Node {
		return inner;
	}
}
