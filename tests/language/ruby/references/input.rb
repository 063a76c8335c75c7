class Cart < Store::Base
  include Enumerable, Store::Loud
  extend Forwardable
  before_action :load_cart, only: :show
  belongs_to :user

  def show(item)
    helper
    helper_with 1
    self.reload&.touch
    copy = item
    copy.call
    list.each { |entry| entry.price }
    names.map(&:upcase).each(&method(:register))
    order = Order.new(item)
    stored = Store::Shelf.new
    @cache ||= Cache.new
    @current = order
    total = compute(order)
    price = order.price(1)
    Store::Shelf.find(1)
    Store.lookup
    send(:private_thing, 1)
    order.public_send(:pay)
    puts "text #{interpolated}"
    copy += 1
    return copy
  rescue Store::Error, KeyError => error
    log(error)
    raise
  end

  def copy
    copy.is_a?(Integer)
  end

  def patterns(value)
    case value
    in {name: String => name, age:} then found(name)
    in [first, *rest] then first
    end
    for i in value do i end
    a, (b, c) = value
    a + b + c + d
  end
end

class ::Outside < ::Root
  include ::Mixed
  Failure = Class.new(::RuntimeError)
end
