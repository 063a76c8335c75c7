import Default from "./default";
import { a, b as c, default as d } from './named.js';
import * as all from "package";
import "./effect.css";
import Both, { one } from "@scope/both/sub";
export { x, y as z } from "./handed";
export * from "./everything";
export * as space from "./space";
export { local as renamed };
export default Default;

const fs = require("fs");
const { join, resolve: absolute } = require("path");
require("./side");

async function later() {
	const page = await import("./page");
	return page.default();
}
