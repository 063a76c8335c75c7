import * as React from "react";
import { Button } from "./button";

export interface Props { items: Item[]; onOpen: (item: Item) => void }

/** A list. */
export const List: React.FC<Props> = ({ items, onOpen }) => {
	const [open, setOpen] = React.useState<Item | null>(null);
	const handle = React.useCallback((item: Item) => onOpen(item), [onOpen]);

	return (
		<ul>
			{items.map((item) => <Row key={item.id} item={item} onClick={handle} />)}
			{open && <Button>close</Button>}
			<ui.Footer />
		</ul>
	);
};

export class Row extends React.Component<{ item: Item }> {
	render() {
		return <li onClick={this.click}>{label(this.props.item)}</li>;
	}
	private click = () => this.setState({});
}
