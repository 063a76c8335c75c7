namespace Shop.Base;

public abstract class Entity
{
	protected Entity(long id) { }

	protected void Save() { }

	public static class Limits { public const int Max = 3; public static int Low() => 1; }
}
