using System.Linq;
using Shop.Base;
using static Shop.Base.Money;
using Low = Shop.Base.Entity.Limits;

namespace Shop.Orders;

public partial class Order : Entity, IPriced
{
	public Money Worth { get; set; }
	private readonly Item item = new();

	public Order(long id) : base(id)
	{
		Worth = Parse("0");
	}

	public Order() : this(1) { }

	public Money Price()
	{
		Save();
		item?.Show();
		item.Size();
		Worth.Add(Tax());
		Low.Low();
		Shop.Base.Money.Parse("2");
		return Enumerable.First(Pick(Check));

		int Check(Item one) => one.Show();
	}
}

public interface IPriced { Money Price(); }

public class Item
{
	public int Show() => 1;
}

public static class Extensions
{
	public static int Size(this Item item) => item.Show();
}
