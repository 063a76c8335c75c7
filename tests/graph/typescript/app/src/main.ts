import Shop, { LIMIT } from "./shop";
import * as util from "./lib";
import { total as sum } from "./lib/index.js";
import express from "express";

const shop = new Shop(util.makeStore());

export function main(): void {
	shop.open();
	sum([LIMIT].map(util.double));
	express();
}

main();
