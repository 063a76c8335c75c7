import React, { useState } from "react";
import Page, { type Item, Row as Line } from "./parts";
import * as hooks from "./hooks";
const Late = React.lazy(() => import("./late"));

export function App({ items }: { items: Item[] }) {
	const [open, setOpen] = useState(false);
	const { load } = hooks.useLoader();
	const onOpen = () => setOpen(!open);

	return (
		<Page onLoad={load} onOpen={onOpen}>
			{items.map((item) => <Line key={item.id} item={item} />)}
			<Late />
		</Page>
	);
}
