RSpec.describe Shop::Order, "orders" do
  let(:user) { build(:user) }
  subject(:order) { described_class.new }
  prices = [1]

  before { prepare }

  describe "#total" do
    context "when empty" do
      it "is zero" do
        expect(order.total).to eq prices
      end

      it { is_expected.to be_empty }
    end
  end

  def helper; end
end

class OrderTest < Minitest::Test
  def setup; end

  def test_total
    assert_equal 1, total
  end

  test "names with spaces" do
    go
  end
end
