namespace Shop.Orders;

public partial class Order
{
	private Money Tax() => Worth;
}
