function load(): void {}
export function useLoader() {
	return { load };
}
