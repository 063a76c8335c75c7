using System;
using System.Collections.Generic;
using static Base.Money;
using Ent = Base.Entities.Entity;
global using Base.Common;

namespace Shop.Orders
{
	/// <summary>
	/// An order.
	/// </summary>
	[Serializable]
	public partial class Order<T> : Ent, IPriced, Base.Walker where T : Item, new()
	{
		public const int Max = 10, Min = 1;
		private static readonly Logger Log = Logger.Of<Order>();
		private readonly List<Item> items = new();
		protected Customer customer;
		public event EventHandler Changed, Gone;

		public event EventHandler Custom
		{
			add { items.Add(value); }
			remove { items.Remove(value); }
		}

		/// <summary>Makes one.</summary>
		public Order(Customer customer, params Item[] items) : base(customer)
		{
			this.customer = customer;
		}

		protected Order() : this(null) { }

		static Order() { }

		~Order() { Dispose(); }

		// Its name.
		public string Name { get; set; } = "x";

		public Money Sum => Total(0);

		private int Count
		{
			get { return items.Count > 0 ? items.Count : 0; }
			set { count = value; }
		}

		public Item this[int index, string key] => items[index];

		public static Order<T> operator +(Order<T> a, Order<T> b) => a;

		public static implicit operator Order<T>(Customer c) => new Order<T>(c);

		/// <summary>
		/// Sums up.
		/// </summary>
		public virtual async Task<Money> Total(int depth)
		{
			Func<int, int> twice = x => x * 2;
			Action done = delegate { Log.Done(); };

			// Deep.
			static int Local(int n)
			{
				int Inner() => n;
				return Inner();
			}
			return await Sum(Local(twice(depth)));
		}

		Money IPriced.Price<K>(K key) where K : struct => null;

		private delegate bool Check(Item item);

		internal enum Status : byte
		{
			/// <summary>Just made.</summary>
			Open = 1,
			Closed,
		}

		protected struct Line
		{
			public int Count;
			public int Twice() => Count * 2;
		}

		private interface IVisitor<in V>
		{
			void Visit(V value);
			string Label { get; }
		}
	}

	namespace Deep
	{
		public static class Extensions
		{
			public static int Size(this Order<Item> order, int start = 0) => start;
		}
	}

	public record Point(int X, Money Worth) : Shape(X)
	{
		public Point Origin() => this with { X = 0 };
	}

	public record struct Pair(int A, int B);

	class Service(Customer owner) { void Use() => owner.Call(); }
}

public class OrderTests
{
	[Fact]
	public void Totals() { new Order<Item>(null).Total(1); }

	[Theory, InlineData(1)]
	public void Many(int n) { }

	[TestMethod]
	public async Task Works() { }

	[SetUp]
	public void Prepare() { }
}
