require 'shop'

class OrderTest < Minitest::Test
  def test_total
    order = Shop::Order.new(1)
    assert_equal 1, order.total
  end

  def test_open
    Shop.open("x")
  end
end
