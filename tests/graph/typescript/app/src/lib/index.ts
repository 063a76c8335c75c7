export * from "./store";
export { add as total } from "./math";
export const double = (n: number): number => n * 2;
