package shop.base;

public class Entity {
	private final long id;

	public Entity(long id) {
		this.id = id;
	}

	protected void save() {}

	public static class Key {
		public static Key of(Entity entity) {
			return new Key();
		}
	}
}
