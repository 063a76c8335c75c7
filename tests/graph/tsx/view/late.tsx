export default function Late() {
	return null;
}
