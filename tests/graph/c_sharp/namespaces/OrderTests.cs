using Xunit;
using Shop.Orders;

namespace Shop.Tests;

public class OrderTests
{
	[Fact]
	public void Prices()
	{
		var order = new Order(1);
		order.Price();
	}
}
